#nullable enable

namespace Ponimator.Core
{
    /// <summary>What the offset of the clocks is made of.</summary>
    public sealed class Pong : Reply
    {
        internal Pong(WireMap map)
            : base(map)
        {
            ClientTimeNs = map.Integer("client_time_ns", long.MinValue);
            ServerReceiveNs = map.Integer("server_receive_ns", long.MinValue);
            ServerSendNs = map.Integer("server_send_ns", long.MinValue);
        }

        /// <summary>The client's clock as the ping said it.</summary>
        public long ClientTimeNs { get; }

        /// <summary>The server's clock when the ping came.</summary>
        public long ServerReceiveNs { get; }

        /// <summary>The server's clock when this was sent.</summary>
        public long ServerSendNs { get; }
    }
}
