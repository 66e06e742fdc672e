#nullable enable

namespace Ponimator.Core
{
    /// <summary>Asks for the server's clock.</summary>
    public sealed class PingRequest : Request
    {
        /// <summary>A ping.</summary>
        /// <param name="clientTimeNs">Comes back untouched.</param>
        public PingRequest(long clientTimeNs)
            : base("ping") => ClientTimeNs = clientTimeNs;

        /// <summary>The client's clock.</summary>
        public long ClientTimeNs { get; }

        private protected override int FieldCount => 1;

        private protected override void WriteFields(MsgpackWriter writer) =>
            Put(writer, "client_time_ns", ClientTimeNs);
    }
}
