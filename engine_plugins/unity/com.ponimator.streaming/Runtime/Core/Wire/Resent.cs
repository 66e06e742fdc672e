#nullable enable

namespace Ponimator.Core
{
    /// <summary>The frames [Start, Stop) that a server still had and sent again.</summary>
    public sealed class Resent : Reply
    {
        internal Resent(WireMap map)
            : base(map)
        {
            Start = map.Integer("start");
            Stop = map.Integer("stop");
            Blocks = map.Integer("blocks");
        }

        /// <summary>First absolute frame.</summary>
        public long Start { get; }

        /// <summary>The absolute frame after the last one; the first where there were none.</summary>
        public long Stop { get; }

        /// <summary>In how many blocks.</summary>
        public long Blocks { get; }
    }
}
