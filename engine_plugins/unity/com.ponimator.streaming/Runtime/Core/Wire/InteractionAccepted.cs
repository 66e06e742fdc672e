#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>An interaction is planned.</summary>
    public sealed class InteractionAccepted : Reply
    {
        internal InteractionAccepted(WireMap map)
            : base(map)
        {
            Interaction = map.Integer("interaction");
            ApplyFrame = map.Integer("apply_frame");
            var timing = new Dictionary<string, double>();
            if (map.Has("timing_ms"))
            {
                WireMap stages = map.Map("timing_ms");
                foreach (string stage in stages.Names)
                {
                    timing[stage] = stages.Real(stage, 0, WireLimits.MaxReal);
                }
            }

            TimingMs = timing;
        }

        /// <summary>Its number.</summary>
        public long Interaction { get; }

        /// <summary>The first absolute frame at which it shows.</summary>
        public long ApplyFrame { get; }

        /// <summary>Where the server's time went, by stage.</summary>
        public IReadOnlyDictionary<string, double> TimingMs { get; }
    }
}
