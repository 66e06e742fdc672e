#nullable enable

namespace Ponimator.Core
{
    /// <summary>A latency over some measurements.</summary>
    public sealed class Quantiles
    {
        internal Quantiles(WireMap map)
        {
            P50 = map.Real("p50", 0, WireLimits.MaxReal);
            P95 = map.Real("p95", 0, WireLimits.MaxReal);
            P99 = map.Real("p99", 0, WireLimits.MaxReal);
            Count = map.Integer("count");
        }

        /// <summary>The median, ms.</summary>
        public double P50 { get; }

        /// <summary>The 95 % quantile, ms.</summary>
        public double P95 { get; }

        /// <summary>The 99 % quantile, ms.</summary>
        public double P99 { get; }

        /// <summary>Measurements.</summary>
        public long Count { get; }
    }
}
