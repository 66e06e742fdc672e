#nullable enable

using System;
using System.Globalization;
using System.Text;

/// <summary>One JSON object on a line of its own.</summary>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new StringBuilder();

    internal JsonLine(string? name = null)
    {
        if (name != null)
        {
            With("event", name);
        }
    }

    internal JsonLine With(string name, object? value)
    {
        _text.Append(_text.Length == 0 ? "{" : ", ").Append('"').Append(name).Append("\": ");
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool truth:
                _text.Append(truth ? "true" : "false");
                break;
            case string words:
                Quote(words);
                break;
            case JsonLine inner:
                _text.Append(inner.Text);
                break;
            case double real:
                _text.Append(real.ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                _text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
        }

        return this;
    }

    internal void Print()
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(Text);
            Console.Out.Flush();
        }
    }

    private string Text => _text + "}";

    private void Quote(string words)
    {
        _text.Append('"');
        foreach (char character in words)
        {
            if (character == '"' || character == '\\')
            {
                _text.Append('\\').Append(character);
            }
            else if (character < ' ' || character > '~')
            {
                _text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                _text.Append(character);
            }
        }

        _text.Append('"');
    }
}
