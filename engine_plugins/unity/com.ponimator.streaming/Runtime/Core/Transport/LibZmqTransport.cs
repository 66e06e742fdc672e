#nullable enable

using System;
using System.Collections.Generic;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>Carries messages by libzmq, called as the C library that it is.</summary>
    public sealed class LibZmqTransport : ITransport
    {
        private const int MostSockets = 8;
        private const int BlocksKept = 10_000;
        private const int RequestsKept = 1_000;
        private readonly PollItems _items = new PollItems(MostSockets);
        private IntPtr _context;
        private int _connections;

        /// <summary>Loads the library.</summary>
        /// <exception cref="MissingLibraryException">It is not there, or for another platform.</exception>
        public LibZmqTransport()
        {
            try
            {
                _context = LibZmq.zmq_ctx_new();
            }
            catch (Exception error) when (error is DllNotFoundException || error is BadImageFormatException
                || error is EntryPointNotFoundException)
            {
                _items.Dispose();
                throw new MissingLibraryException(error);
            }
        }

        /// <inheritdoc/>
        public IConnection ConnectControl(string endpoint, CurveKeys? keys) =>
            Connect(LibZmq.Dealer, endpoint, keys, socket =>
            {
                socket.Set(LibZmq.MaxMessageSize, (long)WireLimits.MaxReplyBytes);
                socket.Set(LibZmq.SendHighWatermark, RequestsKept);
            });

        /// <inheritdoc/>
        public IConnection ConnectStream(string endpoint, string topic, CurveKeys? keys) =>
            Connect(LibZmq.Sub, endpoint, keys, socket =>
            {
                socket.Set(LibZmq.MaxMessageSize, (long)WireLimits.MaxStreamBytes);
                socket.Set(LibZmq.ReceiveHighWatermark, BlocksKept);
                socket.Set(LibZmq.Subscribe, Encoding.UTF8.GetBytes(topic));
            });

        /// <inheritdoc/>
        public void Wait(IReadOnlyList<IConnection> connections, int milliseconds)
        {
            _items.Clear();
            for (int index = 0; index < connections.Count; index++)
            {
                var ours = (ZmqConnection)connections[index];
                _items.Add(ours.SocketHandle);
                _items.Add(ours.MonitorHandle);
            }

            _items.Wait(milliseconds);
        }

        /// <summary>Ends libzmq's threads; all connections must be disposed of before.</summary>
        public void Dispose()
        {
            if (_context != IntPtr.Zero)
            {
                LibZmq.zmq_ctx_term(_context);
                _context = IntPtr.Zero;
                _items.Dispose();
            }
        }

        private IConnection Connect(int type, string endpoint, CurveKeys? keys, Action<ZmqSocket> setUp) =>
            new ZmqConnection(_context, type, endpoint, keys, $"ponimator-monitor-{_connections++}", setUp);
    }
}
