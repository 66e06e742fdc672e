#nullable enable

namespace Ponimator.Core
{
    /// <summary>Once a second: the server lives.</summary>
    public sealed class Heartbeat : StreamMessage
    {
        /// <summary>The server's clock.</summary>
        public long TimeNs { get; internal set; }

        /// <summary>The absolute frame that plays now.</summary>
        public long PlayFrame { get; internal set; }

        /// <summary>Seconds of motion that stand ready after it.</summary>
        public double BufferedS { get; internal set; }

        internal static Heartbeat From(WireMap map) => new Heartbeat
        {
            Session = map.Text("session", minCharacters: 1),
            TimeNs = map.Integer("time_ns", long.MinValue),
            PlayFrame = map.Integer("play_frame"),
            BufferedS = map.Real("buffered_s", -WireLimits.MaxReal, WireLimits.MaxReal),
        };
    }
}
