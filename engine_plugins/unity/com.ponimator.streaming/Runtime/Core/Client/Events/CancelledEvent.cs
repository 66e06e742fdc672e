#nullable enable

namespace Ponimator.Core
{
    /// <summary>An interaction will be blended out.</summary>
    public sealed class CancelledEvent : ClientEvent
    {
        internal CancelledEvent(CancelRequest request, Cancelled reply)
        {
            Request = request;
            Reply = reply;
        }

        /// <summary>The request.</summary>
        public CancelRequest Request { get; }

        /// <summary>When it shows.</summary>
        public Cancelled Reply { get; }
    }
}
