#nullable enable

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>A socket of libzmq.</summary>
    internal sealed class ZmqSocket : IDisposable
    {
        private const int MostFrames = 4;
        private readonly IntPtr _message = Marshal.AllocHGlobal(LibZmq.MessageBytes);

        /// <exception cref="TransportException">There are too many.</exception>
        internal ZmqSocket(IntPtr context, int type)
        {
            Handle = LibZmq.zmq_socket(context, type);
            if (Handle == IntPtr.Zero)
            {
                Marshal.FreeHGlobal(_message);
                throw new TransportException($"No socket can be made: {LibZmq.LastError()}.");
            }
        }

        internal IntPtr Handle { get; private set; }

        public void Dispose()
        {
            if (Handle != IntPtr.Zero)
            {
                LibZmq.zmq_close(Handle);
                Handle = IntPtr.Zero;
                Marshal.FreeHGlobal(_message);
            }
        }

        internal static byte[] CString(string text) => Encoding.UTF8.GetBytes(text + "\0");

        internal void Set(int option, int value) => Set(option, BitConverter.GetBytes(value));

        internal void Set(int option, long value) => Set(option, BitConverter.GetBytes(value));

        internal void Set(int option, byte[] value)
        {
            if (LibZmq.zmq_setsockopt(Handle, option, value, (UIntPtr)(uint)value.Length) != 0)
            {
                throw new TransportException($"Option {option} of a socket cannot be set: {LibZmq.LastError()}.");
            }
        }

        internal bool TrySend(byte[] message) =>
            LibZmq.zmq_send(Handle, message, (UIntPtr)(uint)message.Length, LibZmq.DontWait) >= 0;

        /// <summary>The next message; what has more frames than any of ours is cut.</summary>
        internal IReadOnlyList<byte[]>? TryReceive()
        {
            List<byte[]>? frames = null;
            bool more = true;
            while (more)
            {
                LibZmq.zmq_msg_init(_message);
                if (LibZmq.zmq_msg_recv(_message, Handle, LibZmq.DontWait) < 0)
                {
                    LibZmq.zmq_msg_close(_message);
                    return frames;
                }

                frames ??= new List<byte[]>(2);
                if (frames.Count < MostFrames)
                {
                    frames.Add(Copied());
                }

                more = LibZmq.zmq_msg_more(_message) != 0;
                LibZmq.zmq_msg_close(_message);
            }

            return frames;
        }

        private byte[] Copied()
        {
            // Its size is bounded by the socket's MAXMSGSIZE.
            var bytes = new byte[(int)LibZmq.zmq_msg_size(_message)];
            if (bytes.Length > 0)
            {
                Marshal.Copy(LibZmq.zmq_msg_data(_message), bytes, 0, bytes.Length);
            }

            return bytes;
        }
    }
}
