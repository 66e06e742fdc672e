#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where a connection stands.</summary>
    public enum Standing
    {
        /// <summary>It is not made yet.</summary>
        Connecting,

        /// <summary>Messages go both ways.</summary>
        Up,

        /// <summary>Nobody listens there.</summary>
        Unreached,

        /// <summary>Whoever listens closed it before it was made: without the right server key it does just that.</summary>
        CutOff,

        /// <summary>The other side wants other keys, and said so.</summary>
        Refused,

        /// <summary>It was made, and ended.</summary>
        Lost,
    }
}
