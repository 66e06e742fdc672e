#nullable enable

using System;

namespace NetMQ
{
    /// <summary>What NetMQ fails with.</summary>
    public class NetMQException : Exception
    {
        /// <summary>An error with its explanation.</summary>
        protected NetMQException(string message)
            : base(message)
        {
        }
    }

    /// <summary>What was given makes no sense.</summary>
    public class InvalidException : NetMQException
    {
        internal InvalidException(string message)
            : base(message)
        {
        }
    }

    /// <summary>NetMQ was cleaned up.</summary>
    public class TerminatingException : NetMQException
    {
        internal TerminatingException(string message)
            : base(message)
        {
        }
    }
}
