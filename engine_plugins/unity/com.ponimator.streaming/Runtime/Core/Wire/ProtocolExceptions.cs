#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Bytes that are no message of this protocol.</summary>
    public abstract class ProtocolException : PonimatorException
    {
        private protected ProtocolException(string message, Exception? cause = null)
            : base(message, cause)
        {
        }
    }

    /// <summary>Bytes that do not decode, or a field that does not fit.</summary>
    public sealed class MalformedMessageException : ProtocolException
    {
        /// <summary>An error with its explanation.</summary>
        public MalformedMessageException(string message, Exception? cause = null, bool namesField = false)
            : base(message, cause) => NamesField = namesField;

        internal bool NamesField { get; }
    }

    /// <summary>More bytes than a message may have.</summary>
    public sealed class MessageTooLargeException : ProtocolException
    {
        /// <summary>An error with its explanation.</summary>
        public MessageTooLargeException(string message)
            : base(message)
        {
        }
    }

    /// <summary>A type that is none of the lane's.</summary>
    public sealed class SchemaMismatchException : ProtocolException
    {
        /// <summary>An error with its explanation.</summary>
        public SchemaMismatchException(string message)
            : base(message)
        {
        }
    }

    /// <summary>Another protocol number.</summary>
    public sealed class UnsupportedProtocolException : ProtocolException
    {
        /// <summary>An error with its explanation.</summary>
        public UnsupportedProtocolException(string message)
            : base(message)
        {
        }
    }
}
