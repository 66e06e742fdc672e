#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A socket of libzmq that connects once, and what its monitor tells.</summary>
    internal sealed class ZmqConnection : IConnection
    {
        private const int Never = -1;
        private const int Monitored = LibZmq.EventHandshakeSucceeded | LibZmq.EventDisconnected | LibZmq.EventClosed
            | LibZmq.EventHandshakeFailedNoDetail | LibZmq.EventHandshakeFailedAuth
            | LibZmq.EventHandshakeFailedProtocol;

        private readonly ZmqSocket _socket;
        private readonly ZmqSocket _monitor;
        private Standing _standing = Standing.Connecting;
        private bool _closed;

        /// <summary>Begins to connect.</summary>
        /// <param name="context">Of libzmq.</param>
        /// <param name="type">Of the socket.</param>
        /// <param name="endpoint">Where to.</param>
        /// <param name="keys">For CURVE; null: none.</param>
        /// <param name="monitorName">A name that no other monitor of the context has.</param>
        /// <param name="setUp">Sets the options of this kind of lane.</param>
        /// <exception cref="TransportException">That is no endpoint.</exception>
        internal ZmqConnection(
            IntPtr context, int type, string endpoint, CurveKeys? keys, string monitorName, Action<ZmqSocket> setUp)
        {
            Endpoint = endpoint;
            _socket = new ZmqSocket(context, type);
            _monitor = new ZmqSocket(context, LibZmq.Pair);
            try
            {
                // Whether to try again is for the client to say, and a refused key must be told, not waited for.
                _socket.Set(LibZmq.ReconnectInterval, Never);
                _socket.Set(LibZmq.Linger, 0);
                _socket.Set(LibZmq.ReceiveTimeout, 0);
                _monitor.Set(LibZmq.Linger, 0);
                setUp(_socket);
                SetKeys(keys);
                string monitor = "inproc://" + monitorName;
                LibZmq.zmq_socket_monitor(_socket.Handle, ZmqSocket.CString(monitor), Monitored);
                LibZmq.zmq_connect(_monitor.Handle, ZmqSocket.CString(monitor));
                if (LibZmq.zmq_connect(_socket.Handle, ZmqSocket.CString(endpoint)) != 0)
                {
                    throw new TransportException(
                        $"{endpoint} is no endpoint to connect to, like {Protocol.DefaultControlEndpoint}: "
                        + $"{LibZmq.LastError()}.");
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <inheritdoc/>
        public string Endpoint { get; }

        /// <inheritdoc/>
        public Standing Standing
        {
            get
            {
                while (!_closed && _monitor.TryReceive() is IReadOnlyList<byte[]> news)
                {
                    Hear(BitConverter.ToUInt16(news[0], 0));
                }

                return _standing;
            }
        }

        internal IntPtr SocketHandle => _socket.Handle;

        internal IntPtr MonitorHandle => _monitor.Handle;

        /// <inheritdoc/>
        public bool TrySend(byte[] message) => !_closed && _socket.TrySend(message);

        /// <inheritdoc/>
        public IReadOnlyList<byte[]>? TryReceive() => _closed ? null : _socket.TryReceive();

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!_closed)
            {
                _closed = true;
                LibZmq.zmq_socket_monitor(_socket.Handle, null, 0);
                _monitor.Dispose();
                _socket.Dispose();
            }
        }

        private void SetKeys(CurveKeys? keys)
        {
            if (keys is null)
            {
                return;
            }

            if (LibZmq.zmq_has(ZmqSocket.CString("curve")) == 0)
            {
                throw new TransportException(
                    "Keys need a libzmq with CURVE, this one has none: run `ponimator plugin install unity PROJECT`.");
            }

            _socket.Set(LibZmq.CurveServerKey, ZmqSocket.CString(keys.Server));
            _socket.Set(LibZmq.CurvePublicKey, ZmqSocket.CString(keys.OwnPublic));
            _socket.Set(LibZmq.CurveSecretKey, ZmqSocket.CString(keys.OwnSecret));
        }

        private void Hear(int news)
        {
            if (_standing == Standing.Up)
            {
                _standing = news == LibZmq.EventDisconnected ? Standing.Lost : Standing.Up;
            }
            else if (_standing == Standing.Connecting)
            {
                switch (news)
                {
                    case LibZmq.EventHandshakeSucceeded:
                        _standing = Standing.Up;
                        break;
                    case LibZmq.EventHandshakeFailedAuth:
                    case LibZmq.EventHandshakeFailedProtocol:
                        _standing = Standing.Refused;
                        break;
                    case LibZmq.EventClosed:
                        _standing = Standing.Unreached;
                        break;
                    default:
                        _standing = Standing.CutOff;
                        break;
                }
            }
        }
    }
}
