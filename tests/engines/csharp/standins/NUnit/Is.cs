#nullable enable

using System;
using System.Collections;
using System.Globalization;
using System.Linq;

namespace NUnit.Framework
{
    public static class Is
    {
        public static Constraint True => new Constraint("True", actual => Equals(actual, true));

        public static Constraint False => new Constraint("False", actual => Equals(actual, false));

        public static Constraint Null => new Constraint("null", actual => actual is null);

        public static Constraint Empty => new Constraint("<empty>", actual => Count(actual) == 0);

        public static Negation Not => new Negation();

        public static EqualConstraint EqualTo(object? expected) => new EqualConstraint(expected);

        public static Constraint SameAs(object? expected) =>
            new Constraint("same as " + Constraint.Show(expected), actual => ReferenceEquals(actual, expected));

        public static Constraint InstanceOf<T>() =>
            new Constraint("instance of " + typeof(T).Name, actual => actual is T);

        public static Constraint GreaterThan(object bound) => Compared("greater than ", bound, sign => sign > 0);

        public static Constraint GreaterThanOrEqualTo(object bound) =>
            Compared("greater than or equal to ", bound, sign => sign >= 0);

        public static Constraint AtLeast(object bound) => GreaterThanOrEqualTo(bound);

        public static Constraint LessThan(object bound) => Compared("less than ", bound, sign => sign < 0);

        public static Constraint LessThanOrEqualTo(object bound) =>
            Compared("less than or equal to ", bound, sign => sign <= 0);

        public static Constraint AtMost(object bound) => LessThanOrEqualTo(bound);

        public static Constraint InRange(object from, object to) => new Constraint(
            $"in range ({Constraint.Show(from)},{Constraint.Show(to)})",
            actual => Order(actual, from) >= 0 && Order(actual, to) <= 0);

        internal static int Count(object? items) => ((IEnumerable)items!).Cast<object?>().Count();

        private static Constraint Compared(string words, object bound, Func<int, bool> holds) => new Constraint(
            words + Constraint.Show(bound), actual => actual != null && !IsNaN(actual) && holds(Order(actual, bound)));

        private static bool IsNaN(object value) =>
            (value is double real && double.IsNaN(real)) || (value is float single && float.IsNaN(single));

        private static int Order(object? actual, object bound) =>
            actual!.GetType() == bound.GetType()
                ? ((IComparable)actual).CompareTo(bound)
                : Convert.ToDouble(actual, CultureInfo.InvariantCulture)
                    .CompareTo(Convert.ToDouble(bound, CultureInfo.InvariantCulture));
    }

    public sealed class Negation
    {
        public Constraint Null => Of(Is.Null);

        public Constraint Empty => Of(Is.Empty);

        public Constraint EqualTo(object? expected) => Of(Is.EqualTo(expected));

        public Constraint SameAs(object? expected) => Of(Is.SameAs(expected));

        private static Constraint Of(Constraint constraint) =>
            new Constraint("not " + constraint.Words, actual => !constraint.Holds(actual));
    }

    public static class Does
    {
        public static Constraint Contain(string part) => new Constraint(
            "containing \"" + part + "\"", actual => actual is string text && text.Contains(part));

        public static Constraint StartWith(string start) => new Constraint(
            "starting with \"" + start + "\"",
            actual => actual is string text && text.StartsWith(start, StringComparison.Ordinal));
    }
}
