#nullable enable

namespace Ponimator.Core
{
    /// <summary>The session is open, and its stream is listened to.</summary>
    public sealed class SessionOpenedEvent : ClientEvent
    {
        internal SessionOpenedEvent(SessionOpened opened, bool isResumed)
        {
            Opened = opened;
            IsResumed = isResumed;
        }

        /// <summary>Its name and its bodies.</summary>
        public SessionOpened Opened { get; }

        /// <summary>Whether it goes on where the connection was lost.</summary>
        public bool IsResumed { get; }
    }
}
