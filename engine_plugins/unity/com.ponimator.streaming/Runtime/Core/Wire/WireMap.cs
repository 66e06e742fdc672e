#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A map of a message: its fields are looked up by name, checked as they are read, the rest is skipped.</summary>
    internal sealed class WireMap
    {
        private readonly byte[] _data;
        private readonly int _depth;
        private readonly string _path;
        private readonly Dictionary<string, int> _offsets = new Dictionary<string, int>();

        private WireMap(byte[] data, ref MsgpackReader reader, int depth, string path)
        {
            _data = data;
            _depth = depth;
            _path = path;
            long count = reader.ReadMapHeader();
            for (long index = 0; index < count; index++)
            {
                _offsets[reader.ReadText()] = reader.Position;
                reader.Skip(WireLimits.MaxDepth - depth);
            }
        }

        /// <summary>Reads one field's value.</summary>
        internal delegate T Read<out T>(ref MsgpackReader reader);

        internal IEnumerable<string> Names => _offsets.Keys;

        /// <summary>The one map that a message is.</summary>
        /// <exception cref="MessageTooLargeException">It has more bytes than allowed.</exception>
        /// <exception cref="MalformedMessageException">The bytes do not decode.</exception>
        internal static WireMap Whole(byte[] data, int limitBytes)
        {
            if (data.Length > limitBytes)
            {
                throw new MessageTooLargeException($"Expected at most {limitBytes} bytes, got {data.Length}.");
            }

            var reader = new MsgpackReader(data);
            var map = new WireMap(data, ref reader, depth: 1, path: "");
            return reader.AtEnd
                ? map
                : throw new MalformedMessageException(
                    $"Expected one map of {data.Length} bytes, got one of {reader.Position} and something behind it.");
        }

        /// <summary>Whether a field is there and not nil.</summary>
        internal bool Has(string name) =>
            _offsets.TryGetValue(name, out int offset) && !new MsgpackReader(_data, offset).TryReadNil();

        internal long Integer(string name, long from = 0, long to = long.MaxValue) =>
            Within(name, Value(name, (ref MsgpackReader reader) => reader.ReadInteger()), from, to);

        internal int Number(string name, int from, int to) => (int)Integer(name, from, to);

        internal long? OptionalInteger(string name, long from = 0, long to = long.MaxValue) =>
            Has(name) ? Integer(name, from, to) : (long?)null;

        internal double Real(string name, double from, double to)
        {
            double value = Value(name, (ref MsgpackReader reader) => reader.ReadReal());

            // Written so that NaN fails.
            return value >= from && value <= to
                ? value
                : throw Misfit(name, $"a number from {from:R} to {to:R}", $"{value:R}");
        }

        internal bool Boolean(string name, bool otherwise = false) =>
            Has(name) ? Value(name, (ref MsgpackReader reader) => reader.ReadBoolean()) : otherwise;

        internal string Text(string name, int maxCharacters = WireLimits.MaxNameCharacters, int minCharacters = 0) =>
            Checked(name, Value(name, (ref MsgpackReader reader) => reader.ReadText()), maxCharacters, minCharacters);

        internal string OptionalText(string name, int maxCharacters = WireLimits.MaxNameCharacters) =>
            Has(name) ? Text(name, maxCharacters) : "";

        /// <summary>Which of some words stands there.</summary>
        internal int Word(string name, string[] words)
        {
            string word = Text(name, WireLimits.MaxTextCharacters);
            int index = Array.IndexOf(words, word);
            return index >= 0 ? index : throw Misfit(name, "one of " + WireWords.Listed(words), Shortened(word));
        }

        /// <summary>The bytes of an array of a shape.</summary>
        internal ReadOnlySpan<byte> Binary(string name, int bytes)
        {
            if (!_offsets.TryGetValue(name, out int offset))
            {
                throw Missing(name);
            }

            var reader = new MsgpackReader(_data, offset);
            ReadOnlySpan<byte> value;
            try
            {
                value = reader.ReadBinary();
            }
            catch (MalformedMessageException error)
            {
                throw In(name, error);
            }

            return value.Length == bytes ? value : throw Misfit(name, $"{bytes} bytes", $"{value.Length}");
        }

        internal WireMap Map(string name) => Value(
            name, (ref MsgpackReader reader) => new WireMap(_data, ref reader, _depth + 1, $"{_path}{name}."));

        /// <summary>The entries of an array; none where the field is missing and may be.</summary>
        internal T[] List<T>(string name, int minCount, int maxCount, Read<T> entry)
        {
            if (minCount == 0 && !Has(name))
            {
                return Array.Empty<T>();
            }

            return Value(name, (ref MsgpackReader reader) =>
            {
                long count = reader.ReadArrayHeader();
                if (count < minCount || count > maxCount)
                {
                    throw new MalformedMessageException($"Expected {minCount} to {maxCount} entries, got {count}.");
                }

                var entries = new T[count];
                for (int index = 0; index < entries.Length; index++)
                {
                    entries[index] = entry(ref reader);
                }

                return entries;
            });
        }

        /// <summary>The maps of an array.</summary>
        internal T[] Maps<T>(string name, int minCount, int maxCount, Func<WireMap, T> entry) => List(
            name,
            minCount,
            maxCount,
            (ref MsgpackReader reader) => entry(new WireMap(_data, ref reader, _depth + 2, $"{_path}{name}[].")));

        /// <summary>The names of an array.</summary>
        internal string[] Texts(string name, int count) => List(
            name,
            count,
            count,
            (ref MsgpackReader reader) => Checked(name, reader.ReadText(), WireLimits.MaxNameCharacters, 1));

        /// <summary>The error that a field is not as it should be.</summary>
        internal MalformedMessageException Misfit(string name, string expected, string got) =>
            new MalformedMessageException($"Expected {expected} in `{_path}{name}`, got {got}.", namesField: true);

        internal static string Shortened(string words) =>
            words.Length <= WireLimits.MaxNameCharacters
                ? words
                : words.Substring(0, WireLimits.MaxNameCharacters) + "…";

        private T Value<T>(string name, Read<T> read)
        {
            if (!_offsets.TryGetValue(name, out int offset))
            {
                throw Missing(name);
            }

            var reader = new MsgpackReader(_data, offset);
            try
            {
                return read(ref reader);
            }
            catch (MalformedMessageException error) when (!error.NamesField)
            {
                throw In(name, error);
            }
        }

        private MalformedMessageException In(string name, MalformedMessageException error) =>
            new MalformedMessageException($"Field `{_path}{name}`: {error.Message}", error, namesField: true);

        private long Within(string name, long value, long from, long to) =>
            value >= from && value <= to ? value : throw Misfit(name, $"an integer from {from} to {to}", $"{value}");

        private string Checked(string name, string text, int maxCharacters, int minCharacters)
        {
            int characters = text.Length;
            foreach (char unit in text)
            {
                // A character beyond the first plane counts once, as in Python.
                characters -= char.IsLowSurrogate(unit) ? 1 : 0;
            }

            return characters >= minCharacters && characters <= maxCharacters
                ? text
                : throw Misfit(name, $"{minCharacters} to {maxCharacters} characters", $"{characters}");
        }

        private MalformedMessageException Missing(string name) => new MalformedMessageException(
            $"Expected a field `{_path}{name}`, got only {Shortened(WireWords.Listed(_offsets.Keys))}.",
            namesField: true);
    }
}
