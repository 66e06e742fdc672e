#nullable enable

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Ponimator.Core;

namespace NetMQ
{
    /// <summary>Sends frames.</summary>
    public interface IOutgoingSocket
    {
    }

    /// <summary>Receives frames.</summary>
    public interface IReceivingSocket
    {
    }

    /// <summary>NetMQ's socket by the package's own libzmq: it tells nothing of its connection, and makes it again.</summary>
    public abstract class NetMQSocket : IOutgoingSocket, IReceivingSocket, IDisposable
    {
        private const string AfterScheme = "://";
        private const int Events = 15;

        /// <summary>The one context of a process, as NetMQ has it.</summary>
        private static readonly Lazy<IntPtr> Context = new Lazy<IntPtr>(LibZmq.zmq_ctx_new);
        private bool _isDisposed;

        private protected NetMQSocket(int type)
        {
            Socket = new ZmqSocket(Context.Value, type);
            Options = new SocketOptions(Socket);
        }

        /// <summary>The options of the socket.</summary>
        public SocketOptions Options { get; }

        /// <summary>Whether a message waits.</summary>
        public bool HasIn
        {
            get
            {
                CheckDisposed();
                var length = (UIntPtr)sizeof(int);
                return zmq_getsockopt(Socket.Handle, Events, out int events, ref length) == 0
                    && (events & LibZmq.PollIn) != 0;
            }
        }

        internal ZmqSocket Socket { get; }

        /// <summary>Begins to connect.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It has no scheme.</exception>
        /// <exception cref="InvalidException">It has no port.</exception>
        public void Connect(string address)
        {
            CheckDisposed();
            _ = address.Substring(0, address.IndexOf(AfterScheme, StringComparison.Ordinal));
            if (LibZmq.zmq_connect(Socket.Handle, ZmqSocket.CString(address)) != 0)
            {
                throw new InvalidException(LibZmq.LastError());
            }
        }

        /// <summary>Closes the socket.</summary>
        public void Dispose()
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                Socket.Dispose();
            }
        }

        internal bool TrySend(byte[] data)
        {
            CheckDisposed();
            return Socket.TrySend(data);
        }

        internal IReadOnlyList<byte[]>? TryReceive()
        {
            CheckDisposed();
            return Socket.TryReceive();
        }

        [DllImport(LibZmq.Library, CallingConvention = CallingConvention.Cdecl)]
        private static extern int zmq_getsockopt(IntPtr socket, int option, out int value, ref UIntPtr bytes);

        private void CheckDisposed()
        {
            if (_isDisposed)
            {
                throw new ObjectDisposedException(GetType().FullName);
            }
        }
    }
}
