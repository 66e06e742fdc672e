#nullable enable

namespace Ponimator.Core
{
    /// <summary>Which of the four cases is shown.</summary>
    public enum PlayoutState
    {
        /// <summary>Nothing has come yet that is due: no pose.</summary>
        Waiting,

        /// <summary>Between two frames of the stream.</summary>
        Playing,

        /// <summary>The last frame of an interaction stands.</summary>
        Resting,

        /// <summary>The next frame is missing: the last one is carried on, ever slower.</summary>
        Holding,
    }
}
