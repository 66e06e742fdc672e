#nullable enable

namespace Ponimator.Core
{
    /// <summary>Asks for the frames [Start, Stop) again.</summary>
    public sealed class ResendRequest : SessionRequest
    {
        /// <summary>The frames [start, stop).</summary>
        public ResendRequest(long start, long stop)
            : base("resend")
        {
            Start = start;
            Stop = stop;
        }

        /// <summary>First absolute frame.</summary>
        public long Start { get; }

        /// <summary>The absolute frame after the last one.</summary>
        public long Stop { get; }

        private protected override int FieldCount => 3;

        /// <inheritdoc/>
        public override void Check() => Bounds.Check(Stop - Start, 1, WireLimits.MaxResendFrames, "frames to resend");

        private protected override void WriteFields(MsgpackWriter writer)
        {
            Put(writer, "session", Session);
            Put(writer, "start", Start);
            Put(writer, "stop", Stop);
        }
    }
}
