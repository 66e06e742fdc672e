#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;

namespace Ponimator.Core.Tests
{
    /// <summary>Short words for what stands in a golden file.</summary>
    internal static class Told
    {
        internal static Dictionary<string, object?> Map(this object? value) => (Dictionary<string, object?>)value!;

        internal static List<object?> Items(this object? value) => (List<object?>)value!;

        internal static double Real(this object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

        internal static Vector3d Vector(this object? value)
        {
            List<object?> numbers = value.Items();
            return new Vector3d(numbers[0].Real(), numbers[1].Real(), numbers[2].Real());
        }

        internal static Quaterniond Rotation(this object? value)
        {
            List<object?> numbers = value.Items();
            return new Quaterniond(numbers[0].Real(), numbers[1].Real(), numbers[2].Real(), numbers[3].Real());
        }

        internal static byte[] Bytes(this object? value) => Convert.FromBase64String((string)value!);
    }
}
