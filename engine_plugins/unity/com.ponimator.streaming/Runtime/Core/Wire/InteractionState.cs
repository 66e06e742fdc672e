#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where an interaction stands.</summary>
    public enum InteractionState
    {
        /// <summary>It will be made.</summary>
        Accepted,

        /// <summary>Its frames are shown.</summary>
        Playing,

        /// <summary>It has ended by itself.</summary>
        Finished,

        /// <summary>It was ended.</summary>
        Cancelled,

        /// <summary>Its motion is late; the bodies hold.</summary>
        Late,

        /// <summary>It cannot be made.</summary>
        Failed,
    }
}
