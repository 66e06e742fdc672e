#nullable enable

namespace Ponimator.Core
{
    /// <summary>Opens a session for two characters, or resumes the one named.</summary>
    public sealed class OpenSessionRequest : Request
    {
        /// <summary>A session of two characters.</summary>
        public OpenSessionRequest(Character first, Character second)
            : base("open_session")
        {
            First = first;
            Second = second;
        }

        /// <summary>The first character.</summary>
        public Character First { get; }

        /// <summary>The second character.</summary>
        public Character Second { get; }

        /// <summary>Frames per second.</summary>
        public int RateHz { get; set; } = 30;

        /// <summary>How it trades quality for time.</summary>
        public SessionProfile Profile { get; set; } = SessionProfile.Balanced;

        /// <summary>The session to resume; null: a new one.</summary>
        public string? Session { get; set; }

        private protected override int FieldCount => 4;

        /// <inheritdoc/>
        public override void Check()
        {
            First.Check();
            Second.Check();
            Bounds.Check(RateHz, WireLimits.MinRateHz, WireLimits.MaxRateHz, "a rate in Hz");
        }

        private protected override void WriteFields(MsgpackWriter writer)
        {
            writer.Text("characters");
            writer.ArrayHeader(WireLimits.PersonCount);
            First.Write(writer);
            Second.Write(writer);
            Put(writer, "rate_hz", RateHz);
            Put(writer, "profile", WireWords.Of(Profile));
            Put(writer, "session", Session);
        }
    }
}
