#nullable enable

namespace Ponimator.Core
{
    /// <summary>No more attempts are made: trying again cannot mend it.</summary>
    public sealed class EndedEvent : ClientEvent
    {
        internal EndedEvent(string message) => Message = message;

        /// <summary>Why, and what to do.</summary>
        public string Message { get; }
    }
}
