#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A server's counters and latencies.</summary>
    public sealed class StatsReply : Reply
    {
        internal StatsReply(WireMap map)
            : base(map)
        {
            var counters = new Dictionary<string, long>();
            WireMap counted = map.Map("counters");
            foreach (string name in counted.Names)
            {
                counters[name] = counted.Integer(name);
            }

            var latencies = new Dictionary<string, Quantiles>();
            WireMap stages = map.Map("latency_ms");
            foreach (string stage in stages.Names)
            {
                latencies[stage] = new Quantiles(stages.Map(stage));
            }

            Counters = counters;
            LatencyMs = latencies;
        }

        /// <summary>Since the server's start.</summary>
        public IReadOnlyDictionary<string, long> Counters { get; }

        /// <summary>By stage.</summary>
        public IReadOnlyDictionary<string, Quantiles> LatencyMs { get; }
    }
}
