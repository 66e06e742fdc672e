#nullable enable

namespace Ponimator.Core
{
    /// <summary>Joint A of the first person touches joint B of the second during the frames [Start, Stop).</summary>
    public readonly struct Contact
    {
        /// <summary>A contact of absolute frames and SMPL-X joint indices.</summary>
        public Contact(long start, long stop, int a, int b)
        {
            Start = start;
            Stop = stop;
            A = a;
            B = b;
        }

        /// <summary>First absolute frame.</summary>
        public long Start { get; }

        /// <summary>The absolute frame after the last one.</summary>
        public long Stop { get; }

        /// <summary>Joint of the first person.</summary>
        public int A { get; }

        /// <summary>Joint of the second person.</summary>
        public int B { get; }

        internal static Contact From(WireMap map) => new Contact(
            map.Integer("start"),
            map.Integer("stop"),
            map.Number("a", 0, WireLimits.JointCount - 1),
            map.Number("b", 0, WireLimits.JointCount - 1));
    }
}
