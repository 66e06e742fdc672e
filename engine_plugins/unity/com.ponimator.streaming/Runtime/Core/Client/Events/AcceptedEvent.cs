#nullable enable

namespace Ponimator.Core
{
    /// <summary>An interaction is planned.</summary>
    public sealed class AcceptedEvent : ClientEvent
    {
        internal AcceptedEvent(InteractRequest request, InteractionAccepted reply)
        {
            Request = request;
            Reply = reply;
        }

        /// <summary>The trigger.</summary>
        public InteractRequest Request { get; }

        /// <summary>Its number, and when it shows.</summary>
        public InteractionAccepted Reply { get; }
    }
}
