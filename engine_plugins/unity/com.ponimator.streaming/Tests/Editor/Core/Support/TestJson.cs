#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Ponimator.Core.Tests
{
    /// <summary>
    /// Reads JSON into dictionaries, lists, texts, long, double, bool and null; for golden files, which are well-formed.
    /// </summary>
    internal sealed class TestJson
    {
        private readonly string _text;
        private int _at;

        private TestJson(string text) => _text = text;

        internal static object? Read(string text) => new TestJson(text).Value();

        private object? Value()
        {
            switch (Next())
            {
                case '{': return Map();
                case '[': return Items();
                case '"': return Text();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        private Dictionary<string, object?> Map()
        {
            var map = new Dictionary<string, object?>();
            _at++;
            while (Next() != '}')
            {
                string name = Text();
                Expect(':');
                map[name] = Value();
                Comma();
            }

            _at++;
            return map;
        }

        private List<object?> Items()
        {
            var items = new List<object?>();
            _at++;
            while (Next() != ']')
            {
                items.Add(Value());
                Comma();
            }

            _at++;
            return items;
        }

        private string Text()
        {
            Expect('"');
            var text = new StringBuilder();
            while (_text[_at] != '"')
            {
                char character = _text[_at++];
                if (character != '\\')
                {
                    text.Append(character);
                    continue;
                }

                char escaped = _text[_at++];
                if (escaped == 'u')
                {
                    text.Append((char)int.Parse(_text.Substring(_at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    _at += 4;
                }
                else
                {
                    text.Append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped);
                }
            }

            _at++;
            return text.ToString();
        }

        private object Number()
        {
            int start = _at;
            while (_at < _text.Length && "+-.0123456789eE".IndexOf(_text[_at]) >= 0)
            {
                _at++;
            }

            string number = _text.Substring(start, _at - start);
            return number.IndexOfAny(new[] { '.', 'e', 'E' }) < 0
                ? (object)long.Parse(number, CultureInfo.InvariantCulture)
                : double.Parse(number, CultureInfo.InvariantCulture);
        }

        private object? Word(string word, object? value)
        {
            _at += word.Length;
            return value;
        }

        private void Comma()
        {
            if (Next() == ',')
            {
                _at++;
            }
        }

        private void Expect(char character)
        {
            if (Next() != character)
            {
                throw new FormatException($"Expected {character} at {_at}, got {_text[_at]}.");
            }

            _at++;
        }

        private char Next()
        {
            while (char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            return _text[_at];
        }
    }
}
