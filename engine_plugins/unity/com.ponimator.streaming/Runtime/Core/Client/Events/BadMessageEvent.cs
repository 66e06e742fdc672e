#nullable enable

namespace Ponimator.Core
{
    /// <summary>A message of the server cannot be read; it was dropped.</summary>
    public sealed class BadMessageEvent : ClientEvent
    {
        internal BadMessageEvent(string message) => Message = message;

        /// <summary>What was expected and what came.</summary>
        public string Message { get; }
    }
}
