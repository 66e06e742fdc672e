#nullable enable

using System;

namespace NUnit.Framework
{
    public delegate void TestDelegate();

    public static class Assert
    {
        public static void That<T>(T actual, Constraint constraint, string? message = null)
        {
            if (!constraint.Holds(actual))
            {
                throw new AssertionException(
                    $"{message}\n  Expected: {constraint.Words}\n  But was:  {Constraint.Show(actual)}".TrimStart());
            }
        }

        public static void That(bool condition, string? message = null) => That(condition, Is.True, message);

        public static TException Throws<TException>(TestDelegate code)
            where TException : Exception
        {
            try
            {
                code();
            }
            catch (Exception error)
            {
                // As in NUnit: of exactly this type.
                if (error.GetType() == typeof(TException))
                {
                    return (TException)error;
                }

                throw new AssertionException($"Expected: {typeof(TException).Name}\n  But was:  {error}");
            }

            throw new AssertionException($"Expected: {typeof(TException).Name}\n  But was:  nothing thrown");
        }

        public static void DoesNotThrow(TestDelegate code) => code();

        public static void Fail(string message) => throw new AssertionException(message);

        public static void Ignore(string message) => throw new IgnoreException(message);
    }
}
