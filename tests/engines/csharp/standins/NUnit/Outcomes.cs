#nullable enable

using System;

namespace NUnit.Framework
{
    public sealed class AssertionException : Exception
    {
        public AssertionException(string message)
            : base(message)
        {
        }
    }

    public sealed class IgnoreException : Exception
    {
        public IgnoreException(string message)
            : base(message)
        {
        }
    }
}
