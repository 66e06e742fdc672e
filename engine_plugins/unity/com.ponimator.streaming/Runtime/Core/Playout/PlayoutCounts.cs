#nullable enable

namespace Ponimator.Core
{
    /// <summary>What the playout counts; it outlives a session that had to be opened anew.</summary>
    internal sealed class PlayoutCounts
    {
        internal long Blocks { get; set; }

        internal long Doubles { get; set; }

        internal long Gaps { get; set; }

        internal long LateFrames { get; set; }

        internal long Holds { get; set; }

        internal double HeldS { get; set; }
    }
}
