#nullable enable

using System;
using System.Collections;
using System.Globalization;
using System.Linq;

namespace NUnit.Framework
{
    /// <summary>What a value has to be, and the words for it.</summary>
    public class Constraint
    {
        private readonly Func<object?, bool> _holds;

        public Constraint(string words, Func<object?, bool> holds)
        {
            Words = words;
            _holds = holds;
        }

        public virtual string Words { get; }

        public virtual bool Holds(object? actual) => _holds(actual);

        internal static string Show(object? value)
        {
            switch (value)
            {
                case null:
                    return "null";
                case string text:
                    return "\"" + text + "\"";
                case IEnumerable items:
                    return "< " + string.Join(", ", items.Cast<object?>().Take(20).Select(Show)) + " >";
                case IFormattable number:
                    return number.ToString(null, CultureInfo.InvariantCulture);
                default:
                    return value.ToString() ?? "";
            }
        }
    }

    public sealed class EqualConstraint : Constraint
    {
        private readonly object? _expected;
        private double _tolerance;

        public EqualConstraint(object? expected)
            : base(Show(expected), _ => false) => _expected = expected;

        public override string Words => base.Words + (_tolerance > 0 ? $" +/- {_tolerance:R}" : "");

        public EqualConstraint Within(double tolerance)
        {
            _tolerance = tolerance;
            return this;
        }

        public override bool Holds(object? actual) => AreEqual(actual, _expected);

        internal bool AreEqual(object? actual, object? expected)
        {
            if (actual is null || expected is null)
            {
                return actual is null && expected is null;
            }

            if (actual is string || expected is string)
            {
                return Equals(actual, expected);
            }

            if (actual is IEnumerable actualItems && expected is IEnumerable expectedItems)
            {
                var first = actualItems.Cast<object?>().ToList();
                var second = expectedItems.Cast<object?>().ToList();
                return first.Count == second.Count && first.Zip(second, AreEqual).All(equal => equal);
            }

            return IsNumber(actual) && IsNumber(expected) ? AreNear(actual, expected) : Equals(actual, expected);
        }

        private static bool IsNumber(object value) =>
            value is double || value is float || value is long || value is ulong || value is int || value is uint
            || value is short || value is ushort || value is byte || value is sbyte;

        private bool AreNear(object actual, object expected)
        {
            if (actual is double || actual is float || expected is double || expected is float || _tolerance > 0)
            {
                double first = Convert.ToDouble(actual, CultureInfo.InvariantCulture);
                double second = Convert.ToDouble(expected, CultureInfo.InvariantCulture);
                return first.Equals(second) || Math.Abs(first - second) <= _tolerance;
            }

            return Convert.ToDecimal(actual, CultureInfo.InvariantCulture)
                == Convert.ToDecimal(expected, CultureInfo.InvariantCulture);
        }
    }
}
