#nullable enable

using System;
using System.Buffers.Binary;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>Writes MessagePack values one after another, each as short as it can be.</summary>
    public sealed class MsgpackWriter
    {
        private const int FirstCapacity = 256;
        private byte[] _bytes = new byte[FirstCapacity];
        private int _length;

        /// <summary>What was written.</summary>
        public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

        /// <summary>A map of so many entries; as many keys and values follow.</summary>
        public void MapHeader(int count) => ContainerHeader(count, 0x80, 0xde);

        /// <summary>An array of so many entries.</summary>
        public void ArrayHeader(int count) => ContainerHeader(count, 0x90, 0xdc);

        /// <summary>Nothing.</summary>
        public void Nil() => Room(1)[0] = 0xc0;

        /// <summary>True or false.</summary>
        public void Boolean(bool value) => Room(1)[0] = value ? (byte)0xc3 : (byte)0xc2;

        /// <summary>A whole number.</summary>
        public void Integer(long value)
        {
            if (value >= -32 && value <= sbyte.MaxValue)
            {
                Room(1)[0] = (byte)value;
            }
            else if (value >= 0)
            {
                Positive((ulong)value);
            }
            else if (value >= sbyte.MinValue)
            {
                Head(0xd0, 1)[0] = (byte)value;
            }
            else if (value >= short.MinValue)
            {
                BinaryPrimitives.WriteInt16BigEndian(Head(0xd1, 2), (short)value);
            }
            else if (value >= int.MinValue)
            {
                BinaryPrimitives.WriteInt32BigEndian(Head(0xd2, 4), (int)value);
            }
            else
            {
                BinaryPrimitives.WriteInt64BigEndian(Head(0xd3, 8), value);
            }
        }

        /// <summary>A number in 64 bits.</summary>
        public void Real(double value) =>
            BinaryPrimitives.WriteInt64BigEndian(Head(0xcb, 8), BitConverter.DoubleToInt64Bits(value));

        /// <summary>A text.</summary>
        public void Text(string value)
        {
            int bytes = Encoding.UTF8.GetByteCount(value);
            if (bytes < 32)
            {
                Room(1)[0] = (byte)(0xa0 | bytes);
            }
            else
            {
                LengthHeader(bytes, 0xd9);
            }

            Encoding.UTF8.GetBytes(value, Room(bytes));
        }

        /// <summary>Bytes.</summary>
        public void Binary(ReadOnlySpan<byte> value)
        {
            LengthHeader(value.Length, 0xc4);
            value.CopyTo(Room(value.Length));
        }

        private void Positive(ulong value)
        {
            if (value <= byte.MaxValue)
            {
                Head(0xcc, 1)[0] = (byte)value;
            }
            else if (value <= ushort.MaxValue)
            {
                BinaryPrimitives.WriteUInt16BigEndian(Head(0xcd, 2), (ushort)value);
            }
            else if (value <= uint.MaxValue)
            {
                BinaryPrimitives.WriteUInt32BigEndian(Head(0xce, 4), (uint)value);
            }
            else
            {
                BinaryPrimitives.WriteUInt64BigEndian(Head(0xcf, 8), value);
            }
        }

        /// <summary>The codes for 16 and 32 bits follow each other.</summary>
        private void ContainerHeader(int count, int fixedCode, int code16)
        {
            if (count < 16)
            {
                Room(1)[0] = (byte)(fixedCode | count);
            }
            else if (count <= ushort.MaxValue)
            {
                BinaryPrimitives.WriteUInt16BigEndian(Head((byte)code16, 2), (ushort)count);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(Head((byte)(code16 + 1), 4), (uint)count);
            }
        }

        /// <summary>The codes for 8, 16 and 32 bits follow each other.</summary>
        private void LengthHeader(int length, int code8)
        {
            if (length <= byte.MaxValue)
            {
                Head((byte)code8, 1)[0] = (byte)length;
            }
            else if (length <= ushort.MaxValue)
            {
                BinaryPrimitives.WriteUInt16BigEndian(Head((byte)(code8 + 1), 2), (ushort)length);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(Head((byte)(code8 + 2), 4), (uint)length);
            }
        }

        private Span<byte> Head(byte code, int bytes)
        {
            Room(1)[0] = code;
            return Room(bytes);
        }

        private Span<byte> Room(int bytes)
        {
            if (_length + bytes > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(_length + bytes, 2 * _bytes.Length));
            }

            _length += bytes;
            return _bytes.AsSpan(_length - bytes, bytes);
        }
    }
}
