#nullable enable

using System;
using Ponimator.Core;

namespace NetMQ
{
    /// <summary>The options of a socket that the package sets.</summary>
    public class SocketOptions
    {
        private readonly ZmqSocket _socket;

        internal SocketOptions(ZmqSocket socket) => _socket = socket;

        /// <summary>How long what was not sent outlives the socket.</summary>
        public TimeSpan Linger
        {
            set => _socket.Set(LibZmq.Linger, (int)value.TotalMilliseconds);
        }

        /// <summary>Of a frame that comes, bytes.</summary>
        public long MaxMsgSize
        {
            set => _socket.Set(LibZmq.MaxMessageSize, value);
        }

        /// <summary>How many messages may wait to be sent.</summary>
        public int SendHighWatermark
        {
            set => _socket.Set(LibZmq.SendHighWatermark, value);
        }

        /// <summary>How many messages may wait to be read.</summary>
        public int ReceiveHighWatermark
        {
            set => _socket.Set(LibZmq.ReceiveHighWatermark, value);
        }

        /// <summary>The client's own pair.</summary>
        public NetMQCertificate CurveCertificate
        {
            set
            {
                _socket.Set(LibZmq.CurveSecretKey, value.SecretKey!);
                _socket.Set(LibZmq.CurvePublicKey, value.PublicKey);
            }
        }

        /// <summary>The server's public key, 32 bytes.</summary>
        public byte[]? CurveServerKey
        {
            set => _socket.Set(LibZmq.CurveServerKey, value!);
        }
    }
}
