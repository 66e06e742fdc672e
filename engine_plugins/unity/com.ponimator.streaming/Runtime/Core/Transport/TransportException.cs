#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Messages cannot be carried.</summary>
    public class TransportException : PonimatorException
    {
        /// <summary>An error with its explanation.</summary>
        public TransportException(string message, Exception? cause = null)
            : base(message, cause)
        {
        }
    }

    /// <summary>The library that carries messages is not there.</summary>
    public sealed class MissingLibraryException : TransportException
    {
        internal MissingLibraryException(Exception cause)
            : base(
                $"The library {LibZmq.Library} cannot be loaded: expected it for this platform among the project's "
                + "plugins. Run `ponimator plugin install unity PROJECT`, or add your platform's libzmq 4.3 by hand.",
                cause)
        {
        }
    }
}
