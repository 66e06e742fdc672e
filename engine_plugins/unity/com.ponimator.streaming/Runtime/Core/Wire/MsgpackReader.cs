#nullable enable

using System;
using System.Buffers.Binary;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>Reads MessagePack values one after another; never more than the bytes that are there.</summary>
    public ref struct MsgpackReader
    {
        private static readonly UTF8Encoding StrictUtf8 = new UTF8Encoding(false, true);
        private readonly ReadOnlySpan<byte> _data;

        /// <summary>Begins at a position of the data.</summary>
        public MsgpackReader(ReadOnlySpan<byte> data, int position = 0)
        {
            _data = data;
            Position = position;
        }

        /// <summary>Bytes read.</summary>
        public int Position { get; private set; }

        /// <summary>Whether nothing is left.</summary>
        public bool AtEnd => Position == _data.Length;

        /// <summary>What the next value is, in words.</summary>
        public string NextKind => MsgpackKinds.NameOf(Peek());

        /// <summary>Steps over a nil; false where the next value is another.</summary>
        public bool TryReadNil()
        {
            if (Peek() != 0xc0)
            {
                return false;
            }

            Position++;
            return true;
        }

        /// <summary>A map's number of entries; as many keys and values follow.</summary>
        public long ReadMapHeader()
        {
            byte head = Peek();
            if ((head & 0xf0) == 0x80)
            {
                Position++;
                return head & 0x0f;
            }

            return head == 0xde ? ReadLength(2) : head == 0xdf ? ReadLength(4) : throw Unexpected("a map");
        }

        /// <summary>An array's number of entries.</summary>
        public long ReadArrayHeader()
        {
            byte head = Peek();
            if ((head & 0xf0) == 0x90)
            {
                Position++;
                return head & 0x0f;
            }

            return head == 0xdc ? ReadLength(2) : head == 0xdd ? ReadLength(4) : throw Unexpected("an array");
        }

        /// <summary>A whole number of at most 64 bits with a sign.</summary>
        public long ReadInteger()
        {
            byte head = Peek();
            if (head <= 0x7f || head >= 0xe0)
            {
                Position++;
                return (sbyte)head;
            }

            switch (head)
            {
                case 0xcc: return Head(1)[0];
                case 0xcd: return BinaryPrimitives.ReadUInt16BigEndian(Head(2));
                case 0xce: return BinaryPrimitives.ReadUInt32BigEndian(Head(4));
                case 0xd0: return (sbyte)Head(1)[0];
                case 0xd1: return BinaryPrimitives.ReadInt16BigEndian(Head(2));
                case 0xd2: return BinaryPrimitives.ReadInt32BigEndian(Head(4));
                case 0xd3: return BinaryPrimitives.ReadInt64BigEndian(Head(8));
                case 0xcf:
                    ulong value = BinaryPrimitives.ReadUInt64BigEndian(Head(8));
                    return value <= long.MaxValue
                        ? (long)value
                        : throw new MalformedMessageException($"Expected an integer up to 2^63 - 1, got {value}.");
                default: throw Unexpected("an integer");
            }
        }

        /// <summary>A number; a whole one is taken too.</summary>
        public double ReadReal()
        {
            switch (Peek())
            {
                case 0xca:
                    return BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt32BigEndian(Head(4)));
                case 0xcb:
                    return BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64BigEndian(Head(8)));
                default:
                    return ReadInteger();
            }
        }

        /// <summary>True or false.</summary>
        public bool ReadBoolean()
        {
            byte head = Peek();
            if (head != 0xc2 && head != 0xc3)
            {
                throw Unexpected("true or false");
            }

            Position++;
            return head == 0xc3;
        }

        /// <summary>A text.</summary>
        public string ReadText()
        {
            try
            {
                return StrictUtf8.GetString(Take(TextLength()));
            }
            catch (ArgumentException error)
            {
                throw new MalformedMessageException("Expected a text in UTF-8, got bytes that are none.", error);
            }
        }

        /// <summary>Bytes, where they stand in the data.</summary>
        public ReadOnlySpan<byte> ReadBinary()
        {
            switch (Peek())
            {
                case 0xc4: return Take(ReadLength(1));
                case 0xc5: return Take(ReadLength(2));
                case 0xc6: return Take(ReadLength(4));
                default: throw Unexpected("bytes (bin)");
            }
        }

        /// <summary>Steps over a value, whatever it is; a container in it may stand at most so deep.</summary>
        public void Skip(int depth)
        {
            byte head = Peek();
            MsgpackKinds.Size size = MsgpackKinds.SizeOf(head);
            if (size.IsContainer)
            {
                SkipContainer(head, depth);
            }
            else if (size.LengthBytes > 0)
            {
                Take(ReadLength(size.LengthBytes) + size.FixedBytes);
            }
            else
            {
                Position++;
                Take(size.FixedBytes);
            }
        }

        private void SkipContainer(byte head, int depth)
        {
            if (depth <= 0)
            {
                throw new MalformedMessageException(
                    $"Expected maps and arrays at most {WireLimits.MaxDepth} deep, got deeper ones.");
            }

            bool isMap = (head & 0xf0) == 0x80 || head == 0xde || head == 0xdf;
            long values = isMap ? 2 * ReadMapHeader() : ReadArrayHeader();
            for (long index = 0; index < values; index++)
            {
                Skip(depth - 1);
            }
        }

        private long TextLength()
        {
            byte head = Peek();
            if ((head & 0xe0) == 0xa0)
            {
                Position++;
                return head & 0x1f;
            }

            switch (head)
            {
                case 0xd9: return ReadLength(1);
                case 0xda: return ReadLength(2);
                case 0xdb: return ReadLength(4);
                default: throw Unexpected("a text");
            }
        }

        private long ReadLength(int bytes)
        {
            ReadOnlySpan<byte> length = Head(bytes);
            return bytes == 1 ? length[0]
                : bytes == 2 ? BinaryPrimitives.ReadUInt16BigEndian(length)
                : BinaryPrimitives.ReadUInt32BigEndian(length);
        }

        private byte Peek() => Position < _data.Length ? _data[Position] : throw Ended(1);

        /// <summary>Steps over the first byte of a value and takes those behind it.</summary>
        private ReadOnlySpan<byte> Head(int bytes)
        {
            Position++;
            return Take(bytes);
        }

        private ReadOnlySpan<byte> Take(long bytes)
        {
            if (bytes > _data.Length - Position)
            {
                throw Ended(bytes);
            }

            ReadOnlySpan<byte> taken = _data.Slice(Position, (int)bytes);
            Position += (int)bytes;
            return taken;
        }

        private MalformedMessageException Unexpected(string expected) =>
            new MalformedMessageException($"Expected {expected}, got {NextKind}.");

        private MalformedMessageException Ended(long bytes) => new MalformedMessageException(
            $"Expected {bytes} bytes more at byte {Position}, got {Math.Max(0, _data.Length - Position)}: cut off?");
    }
}
