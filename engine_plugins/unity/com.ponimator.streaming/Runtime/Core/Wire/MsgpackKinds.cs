#nullable enable

namespace Ponimator.Core
{
    /// <summary>What the first byte of a MessagePack value says of it.</summary>
    internal static class MsgpackKinds
    {
        /// <summary>How long the value of a first byte is.</summary>
        internal static Size SizeOf(byte head)
        {
            if (head <= 0x7f || head >= 0xe0)
            {
                return new Size(fixedBytes: 0);
            }

            if (head <= 0x9f || (head >= 0xdc && head <= 0xdf))
            {
                return Size.Container;
            }

            if (head <= 0xbf)
            {
                return new Size(fixedBytes: head & 0x1f);
            }

            switch (head)
            {
                case 0xc0:
                case 0xc2:
                case 0xc3:
                    return new Size(fixedBytes: 0);
                case 0xc4:
                case 0xd9:
                    return new Size(lengthBytes: 1);
                case 0xc5:
                case 0xda:
                    return new Size(lengthBytes: 2);
                case 0xc6:
                case 0xdb:
                    return new Size(lengthBytes: 4);
                case 0xc7: // ext: its length, its type, its bytes
                    return new Size(lengthBytes: 1, fixedBytes: 1);
                case 0xc8:
                    return new Size(lengthBytes: 2, fixedBytes: 1);
                case 0xc9:
                    return new Size(lengthBytes: 4, fixedBytes: 1);
                case 0xcc:
                case 0xd0:
                    return new Size(fixedBytes: 1);
                case 0xcd:
                case 0xd1:
                    return new Size(fixedBytes: 2);
                case 0xca:
                case 0xce:
                case 0xd2:
                    return new Size(fixedBytes: 4);
                case 0xcb:
                case 0xcf:
                case 0xd3:
                    return new Size(fixedBytes: 8);
                case 0xd4: // fixext 1, 2, 4, 8, 16: a type, then its bytes
                case 0xd5:
                case 0xd6:
                case 0xd7:
                case 0xd8:
                    return new Size(fixedBytes: 1 + (1 << (head - 0xd4)));
                default:
                    throw new MalformedMessageException($"Expected a MessagePack value, got the unused byte 0x{head:x2}.");
            }
        }

        /// <summary>The kind of a value in words.</summary>
        internal static string NameOf(byte head)
        {
            if (head <= 0x7f || head >= 0xe0 || (head >= 0xcc && head <= 0xd3))
            {
                return "an integer";
            }

            if (head <= 0x8f || head == 0xde || head == 0xdf)
            {
                return "a map";
            }

            if (head <= 0x9f || head == 0xdc || head == 0xdd)
            {
                return "an array";
            }

            if (head <= 0xbf || (head >= 0xd9 && head <= 0xdb))
            {
                return "a text";
            }

            switch (head)
            {
                case 0xc0: return "nil";
                case 0xc2: return "false";
                case 0xc3: return "true";
                case 0xca:
                case 0xcb: return "a real number";
                case 0xc4:
                case 0xc5:
                case 0xc6: return "bytes (bin)";
                case 0xc1: return "the unused byte 0xc1";
                default: return "an extension";
            }
        }

        /// <summary>How many bytes follow the first one.</summary>
        internal readonly struct Size
        {
            internal static readonly Size Container = new Size(isContainer: true);

            internal Size(int lengthBytes = 0, int fixedBytes = 0, bool isContainer = false)
            {
                LengthBytes = lengthBytes;
                FixedBytes = fixedBytes;
                IsContainer = isContainer;
            }

            /// <summary>Bytes of the length that follows; 0: none does.</summary>
            internal int LengthBytes { get; }

            /// <summary>Bytes that follow in any case.</summary>
            internal int FixedBytes { get; }

            /// <summary>Whether values follow.</summary>
            internal bool IsContainer { get; }
        }
    }
}
