#nullable enable

using System;
using System.Runtime.InteropServices;

namespace Ponimator.Core
{
    /// <summary>The functions and numbers of libzmq 4.3 that are used, as zmq.h has them.</summary>
    internal static class LibZmq
    {
        /// <summary>The library's name; each platform adds its own ending.</summary>
        internal const string Library = "libzmq";

        internal const int Pair = 0;
        internal const int Sub = 2;
        internal const int Dealer = 5;

        internal const int Subscribe = 6;
        internal const int Linger = 17;
        internal const int ReconnectInterval = 18;
        internal const int MaxMessageSize = 22;
        internal const int SendHighWatermark = 23;
        internal const int ReceiveHighWatermark = 24;
        internal const int ReceiveTimeout = 27;
        internal const int CurvePublicKey = 48;
        internal const int CurveSecretKey = 49;
        internal const int CurveServerKey = 50;

        internal const int DontWait = 1;
        internal const short PollIn = 1;
        internal const int MessageBytes = 64;

        internal const int EventClosed = 0x0080;
        internal const int EventDisconnected = 0x0200;
        internal const int EventHandshakeFailedNoDetail = 0x0800;
        internal const int EventHandshakeSucceeded = 0x1000;
        internal const int EventHandshakeFailedProtocol = 0x2000;
        internal const int EventHandshakeFailedAuth = 0x4000;

        private const CallingConvention C = CallingConvention.Cdecl;

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr zmq_ctx_new();

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_ctx_term(IntPtr context);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr zmq_socket(IntPtr context, int type);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_close(IntPtr socket);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_setsockopt(IntPtr socket, int option, byte[] value, UIntPtr bytes);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_connect(IntPtr socket, byte[] endpoint);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_socket_monitor(IntPtr socket, byte[]? endpoint, int events);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_send(IntPtr socket, byte[] data, UIntPtr bytes, int flags);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_msg_init(IntPtr message);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_msg_recv(IntPtr message, IntPtr socket, int flags);

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr zmq_msg_data(IntPtr message);

        [DllImport(Library, CallingConvention = C)]
        internal static extern UIntPtr zmq_msg_size(IntPtr message);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_msg_more(IntPtr message);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_msg_close(IntPtr message);

        /// <summary>The timeout is a C long: as wide as a pointer but on Windows, which reads its lower half.</summary>
        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_poll(IntPtr items, int count, IntPtr milliseconds);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_has(byte[] capability);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int zmq_errno();

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr zmq_strerror(int number);

        /// <summary>Why the last call failed.</summary>
        internal static string LastError() => Marshal.PtrToStringAnsi(zmq_strerror(zmq_errno())) ?? "unknown error";
    }
}
