#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a server accepts; it may set limits lower, never higher than the protocol.</summary>
    public sealed class ServerLimits
    {
        internal ServerLimits(WireMap map)
        {
            MaxSessions = map.Integer("max_sessions");
            MaxMessageBytes = map.OptionalInteger("max_message_bytes") ?? WireLimits.MaxRequestBytes;
            MaxTextCharacters = map.OptionalInteger("max_text_characters") ?? WireLimits.MaxTextCharacters;
            MaxDurationS = map.Has("max_duration_s")
                ? map.Real("max_duration_s", -WireLimits.MaxReal, WireLimits.MaxReal)
                : WireLimits.MaxDurationS;
            MinRateHz = (int)(map.OptionalInteger("min_rate_hz", WireLimits.MinRateHz, WireLimits.MaxRateHz)
                ?? WireLimits.MinRateHz);
            MaxRateHz = (int)(map.OptionalInteger("max_rate_hz", WireLimits.MinRateHz, WireLimits.MaxRateHz)
                ?? WireLimits.MaxRateHz);
        }

        /// <summary>Sessions at a time.</summary>
        public long MaxSessions { get; }

        /// <summary>Bytes of a request.</summary>
        public long MaxMessageBytes { get; }

        /// <summary>Characters of a text.</summary>
        public long MaxTextCharacters { get; }

        /// <summary>Longest interaction, s.</summary>
        public double MaxDurationS { get; }

        /// <summary>Slowest session, Hz.</summary>
        public int MinRateHz { get; }

        /// <summary>Fastest session, Hz.</summary>
        public int MaxRateHz { get; }
    }
}
