#nullable enable

namespace Ponimator.Core
{
    /// <summary>How a session trades quality for time.</summary>
    public enum SessionProfile
    {
        /// <summary>The first frame as soon as possible.</summary>
        LowLatency,

        /// <summary>Between the two.</summary>
        Balanced,

        /// <summary>The best motion.</summary>
        Quality,
    }
}
