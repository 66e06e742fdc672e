#nullable enable

namespace Ponimator.Core
{
    /// <summary>Absolute frames [Start, Stop) that should have come and have not.</summary>
    public readonly struct MissingFrames
    {
        /// <summary>The frames [start, stop).</summary>
        public MissingFrames(long start, long stop)
        {
            Start = start;
            Stop = stop;
        }

        /// <summary>First absolute frame.</summary>
        public long Start { get; }

        /// <summary>The absolute frame after the last one.</summary>
        public long Stop { get; }
    }
}
