#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>The root of all errors of this library; each says what was expected, what came and what to do.</summary>
    public class PonimatorException : Exception
    {
        // PonimatorException
        // ├─ ProtocolException ── MalformedMessage · MessageTooLarge · SchemaMismatch · UnsupportedProtocol
        // ├─ BadRequestException
        // └─ TransportException ── MissingLibrary

        /// <summary>An error with its explanation.</summary>
        public PonimatorException(string message, Exception? cause = null)
            : base(message, cause)
        {
        }
    }

    /// <summary>A request that no server would accept, found before it was sent.</summary>
    public sealed class BadRequestException : PonimatorException
    {
        /// <summary>An error with its explanation.</summary>
        public BadRequestException(string message)
            : base(message)
        {
        }
    }
}
