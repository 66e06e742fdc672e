#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using Ponimator.Core;

/// <summary>What the probe is started with.</summary>
internal sealed class Arguments
{
    private static readonly string[] Known =
    {
        "--control", "--server-key", "--public-key", "--secret-key", "--rate", "--profile", "--reply-timeout",
    };

    private readonly Dictionary<string, string> _values = new Dictionary<string, string>();

    /// <exception cref="BadRequestException">An argument is unknown or has no value.</exception>
    internal Arguments(string[] arguments)
    {
        for (int index = 0; index < arguments.Length; index += 2)
        {
            if (Array.IndexOf(Known, arguments[index]) < 0 || index + 1 == arguments.Length)
            {
                throw new BadRequestException(
                    $"Expected {string.Join(" VALUE, ", Known)} VALUE; got {arguments[index]}.");
            }

            _values[arguments[index]] = arguments[index + 1];
        }
    }

    internal ClientOptions Options() => new ClientOptions(new Character("Ann"), new Character("Ben"))
    {
        Control = Value("--control") ?? throw new BadRequestException("Expected --control ENDPOINT, got none."),
        Name = "csharp-probe",
        RateHz = (int)Number("--rate", 60),
        Profile = WireWords.ProfileOf(Value("--profile") ?? "balanced"),
        ReplyTimeoutS = Number("--reply-timeout", 5),
        Keys = Keys(),
    };

    private CurveKeys? Keys()
    {
        string? server = Value("--server-key"), shown = Value("--public-key"), secret = Value("--secret-key");
        if (server is null && shown is null && secret is null)
        {
            return null;
        }

        return server != null && shown != null && secret != null
            ? new CurveKeys(server, shown, secret)
            : throw new BadRequestException("Expected --server-key, --public-key and --secret-key together, got fewer.");
    }

    private double Number(string name, double otherwise)
    {
        string? value = Value(name);
        if (value is null)
        {
            return otherwise;
        }

        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new BadRequestException($"Expected a number behind {name}, got {value}.");
    }

    private string? Value(string name) => _values.TryGetValue(name, out string? value) ? value : null;
}
