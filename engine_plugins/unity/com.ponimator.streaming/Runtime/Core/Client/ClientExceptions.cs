#nullable enable

namespace Ponimator.Core
{
    /// <summary>The server is gone; it is looked for again.</summary>
    internal sealed class ServerLostException : TransportException
    {
        internal ServerLostException(string message)
            : base(message)
        {
        }
    }

    /// <summary>No further attempt can succeed.</summary>
    internal sealed class AttemptsEndedException : TransportException
    {
        internal AttemptsEndedException(string message)
            : base(message)
        {
        }
    }
}
