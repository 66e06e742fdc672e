#nullable enable

namespace Ponimator.Core
{
    /// <summary>The server knows the session no more: another was opened, and what played is lost.</summary>
    public sealed class InteractionLostEvent : ClientEvent
    {
        internal InteractionLostEvent(string message) => Message = message;

        /// <summary>What to do.</summary>
        public string Message { get; }
    }
}
