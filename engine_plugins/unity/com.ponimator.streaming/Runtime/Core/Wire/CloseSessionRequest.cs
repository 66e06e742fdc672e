#nullable enable

namespace Ponimator.Core
{
    /// <summary>Ends a session and its stream.</summary>
    public sealed class CloseSessionRequest : SessionRequest
    {
        /// <summary>The end of the session.</summary>
        public CloseSessionRequest()
            : base("close_session")
        {
        }

        private protected override int FieldCount => 1;

        private protected override void WriteFields(MsgpackWriter writer) => Put(writer, "session", Session);
    }
}
