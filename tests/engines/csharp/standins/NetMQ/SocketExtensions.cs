#nullable enable

using System.Collections.Generic;

namespace NetMQ
{
    /// <summary>How to send.</summary>
    public static class OutgoingSocketExtensions
    {
        /// <summary>False where no more can wait to be sent.</summary>
        public static bool TrySendFrame(this IOutgoingSocket socket, byte[] data, bool more = false) =>
            ((NetMQSocket)socket).TrySend(data);
    }

    /// <summary>How to receive.</summary>
    public static class ReceivingSocketExtensions
    {
        /// <summary>False where no message waits; else its frames are in the list, which is made where there is none.</summary>
        public static bool TryReceiveMultipartBytes(
            this IReceivingSocket socket, ref List<byte[]> frames, int expectedFrameCount = 4)
        {
            if (!(((NetMQSocket)socket).TryReceive() is IReadOnlyList<byte[]> received))
            {
                return false;
            }

            frames ??= new List<byte[]>(expectedFrameCount);
            frames.Clear();
            frames.AddRange(received);
            return true;
        }
    }
}
