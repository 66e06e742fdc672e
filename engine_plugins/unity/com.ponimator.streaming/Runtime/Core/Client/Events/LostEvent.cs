#nullable enable

namespace Ponimator.Core
{
    /// <summary>The server was lost, or cannot be reached; it is looked for until the client is disposed of. Told
    /// again where the reason changes.</summary>
    public sealed class LostEvent : ClientEvent
    {
        internal LostEvent(string message) => Message = message;

        /// <summary>Why, and what to do.</summary>
        public string Message { get; }
    }
}
