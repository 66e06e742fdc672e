#nullable enable

namespace Ponimator.Core
{
    /// <summary>An interaction will be blended out.</summary>
    public sealed class Cancelled : Reply
    {
        internal Cancelled(WireMap map)
            : base(map) => ApplyFrame = map.Integer("apply_frame");

        /// <summary>The first absolute frame at which the blend shows.</summary>
        public long ApplyFrame { get; }
    }
}
