#nullable enable

using System;
using System.Linq;

namespace Ponimator.Core.Tests
{
    /// <summary>Messages that are not as they were.</summary>
    internal static class Bent
    {
        private static readonly byte[] Unknown = Written(writer =>
        {
            writer.Text("a field of a later release");
            writer.MapHeader(1);
            writer.Text("deep");
            writer.ArrayHeader(3);
            writer.Nil();
            writer.Real(0.5);
            writer.Binary(new byte[300]);
        });

        internal static byte[] Written(Action<MsgpackWriter> write)
        {
            var writer = new MsgpackWriter();
            write(writer);
            return writer.ToArray();
        }

        /// <summary>A small map with one field more.</summary>
        internal static byte[] WithUnknownField(byte[] message) =>
            new[] { (byte)(message[0] + 1) }.Concat(Unknown).Concat(message.Skip(1)).ToArray();

        /// <summary>Another value behind the first field of a name.</summary>
        internal static byte[] With(byte[] message, string field, Action<MsgpackWriter> write)
        {
            byte[] name = Written(writer => writer.Text(field));
            int at = Enumerable.Range(0, message.Length).First(
                index => message.AsSpan(index).StartsWith(name)) + name.Length;
            var reader = new MsgpackReader(message, at);
            reader.Skip(WireLimits.MaxDepth);
            return message.Take(at).Concat(Written(write)).Concat(message.Skip(reader.Position)).ToArray();
        }
    }
}
