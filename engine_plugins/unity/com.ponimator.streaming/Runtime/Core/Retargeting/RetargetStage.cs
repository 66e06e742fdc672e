#nullable enable

namespace Ponimator.Core
{
    /// <summary>How much retargeting does.</summary>
    public enum RetargetStage
    {
        /// <summary>The body's pose only.</summary>
        Body,

        /// <summary>And feet that stand.</summary>
        Feet,

        /// <summary>And hands that meet.</summary>
        Hands,
    }
}
