#nullable enable

namespace Ponimator.Core
{
    /// <summary>A request was answered with an error, or not at all.</summary>
    public sealed class RefusedEvent : ClientEvent
    {
        internal RefusedEvent(Request? request, ErrorCode? code, string message)
        {
            Request = request;
            Code = code;
            Message = message;
        }

        /// <summary>Which one; null where the server could not read it.</summary>
        public Request? Request { get; }

        /// <summary>Why; null where no answer came.</summary>
        public ErrorCode? Code { get; }

        /// <summary>What was expected, what came, what to do.</summary>
        public string Message { get; }
    }
}
