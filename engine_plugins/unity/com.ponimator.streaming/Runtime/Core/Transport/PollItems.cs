#nullable enable

using System;
using System.Runtime.InteropServices;

namespace Ponimator.Core
{
    /// <summary>
    /// libzmq's zmq_pollitem_t in unmanaged memory: a socket's pointer, a file descriptor (as wide as a pointer on
    /// Windows, an int elsewhere), two shorts.
    /// </summary>
    internal sealed class PollItems : IDisposable
    {
        private readonly int _itemBytes;
        private readonly int _eventsOffset;
        private readonly IntPtr _items;
        private readonly int _capacity;
        private int _count;

        internal PollItems(int capacity)
        {
            bool isWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
            _eventsOffset = IntPtr.Size + (isWindows ? IntPtr.Size : sizeof(int));
            int bytes = _eventsOffset + (2 * sizeof(short));

            // As a C compiler pads it.
            _itemBytes = (bytes + IntPtr.Size - 1) / IntPtr.Size * IntPtr.Size;
            _capacity = capacity;
            _items = Marshal.AllocHGlobal(capacity * _itemBytes);
        }

        public void Dispose() => Marshal.FreeHGlobal(_items);

        internal void Clear() => _count = 0;

        internal void Add(IntPtr socket)
        {
            if (_count == _capacity)
            {
                throw new TransportException($"Expected at most {_capacity} sockets to wait for.");
            }

            IntPtr item = _items + (_count * _itemBytes);
            for (int offset = 0; offset < _itemBytes; offset += sizeof(int))
            {
                Marshal.WriteInt32(item, offset, 0);
            }

            Marshal.WriteIntPtr(item, socket);
            Marshal.WriteInt16(item, _eventsOffset, LibZmq.PollIn);
            _count++;
        }

        internal void Wait(int milliseconds) => LibZmq.zmq_poll(_items, _count, (IntPtr)milliseconds);
    }
}
