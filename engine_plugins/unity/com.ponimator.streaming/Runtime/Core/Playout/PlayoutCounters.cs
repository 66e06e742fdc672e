#nullable enable

namespace Ponimator.Core
{
    /// <summary>How well the motion comes, at one moment.</summary>
    public sealed class PlayoutCounters
    {
        /// <summary>Blocks received.</summary>
        public long Blocks { get; internal set; }

        /// <summary>Of them, those that brought nothing new.</summary>
        public long Doubles { get; internal set; }

        /// <summary>How often frames were missing when a later block came.</summary>
        public long Gaps { get; internal set; }

        /// <summary>How often frames were asked for again.</summary>
        public long Resends { get; internal set; }

        /// <summary>Frames that came when their place had been shown already.</summary>
        public long LateFrames { get; internal set; }

        /// <summary>How often the motion had to be held.</summary>
        public long Holds { get; internal set; }

        /// <summary>How long it was held in all, s.</summary>
        public double HeldS { get; internal set; }

        /// <summary>Messages that could not be read.</summary>
        public long BadMessages { get; internal set; }

        /// <summary>How often a lost server was found again.</summary>
        public long Reconnections { get; internal set; }

        /// <summary>How much later than the server's clock the motion plays, s.</summary>
        public double DelayS { get; internal set; }

        /// <summary>By how much blocks arrive unevenly, s.</summary>
        public double JitterS { get; internal set; }

        /// <summary>Motion that stands ready, s.</summary>
        public double BufferedS { get; internal set; }

        /// <summary>The server's clock minus this machine's, ms.</summary>
        public double ClockOffsetMs { get; internal set; }

        /// <summary>The shortest way there and back, ms.</summary>
        public double RoundTripMs { get; internal set; }
    }
}
