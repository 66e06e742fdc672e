#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>The frames of one session by absolute number, revisions applied; knows no clock and no socket.</summary>
    internal sealed class FrameStore
    {
        internal const double NsPerS = 1e9;
        private const double KeptBehindS = 2.0;
        private readonly PlayoutCounts _counts;
        private readonly Dictionary<long, long> _revisionStarts = new Dictionary<long, long>();
        private MotionBlock? _newest;
        private long _newestRevision = -1;
        private long _droppedBefore;
        private bool _finalSeen;

        internal FrameStore(PlayoutCounts counts) => _counts = counts;

        internal FrameList Frames { get; } = new FrameList();

        internal Arrivals Arrivals { get; } = new Arrivals();

        /// <summary>The frame expected next; null before the first.</summary>
        internal long? NextFrame { get; private set; }

        /// <summary>Whether the newest block was the last of its interaction.</summary>
        internal bool FinalSeen => _finalSeen;

        /// <summary>The place displayed last; null before.</summary>
        internal double? ShownUntil { get; set; }

        /// <summary>What is held behind the place shown last.</summary>
        internal double BufferedS => _newest is null || ShownUntil is null || Frames.Count == 0
            ? 0.0
            : Math.Max(0.0, Frames[Frames.Count - 1].Number - ShownUntil.Value) / _newest.RateHz;

        /// <summary>Takes a block in.</summary>
        /// <returns>The frames before it that have not come; to be asked for.</returns>
        internal MissingFrames? Add(MotionBlock block, long arrivalNs)
        {
            _counts.Blocks++;
            long newest = _newestRevision;
            _newestRevision = Math.Max(newest, block.Revision);
            Frames.DropOlder(block.Start, block.Revision);
            _revisionStarts[block.Revision] = _revisionStarts.TryGetValue(block.Revision, out long known)
                ? Math.Min(known, block.Start)
                : block.Start;
            Hold(block, out long? firstAdded, out long lastAdded);
            _counts.Doubles += firstAdded is null ? 1 : 0;
            if (block.Revision >= newest)
            {
                _newest = block;
                if (firstAdded != null && (block.Revision > newest || lastAdded >= (NextFrame ?? 0)))
                {
                    // A frame is needed when the one before it is due: what is shown lies between the two.
                    double neededS = ((block.TimeNs - arrivalNs) / NsPerS)
                        + ((firstAdded.Value - 1 - block.Start) / (double)block.RateHz);
                    Arrivals.Add(neededS, block.Revision, arrivalNs);
                }
            }

            return MissingBefore(block, newest);
        }

        /// <summary>The frame that is due at a time, with its fraction; null before the first block.</summary>
        internal double? PlaceAt(long atNs, double delayS) => _newest is null
            ? (double?)null
            : _newest.Start + ((((atNs - _newest.TimeNs) / NsPerS) - delayS) * _newest.RateHz);

        /// <summary>The last frame that is not behind a place.</summary>
        internal HeldFrame? FrameAt(double place) =>
            place < long.MinValue || place >= long.MaxValue ? null : Frames.Before((long)Math.Floor(place) + 1);

        /// <summary>Drops what was shown long ago, but never the frame shown nor the one before it.</summary>
        internal void DropShown(HeldFrame shown, double place)
        {
            long before = (long)Math.Floor(place - (KeptBehindS * shown.Block.RateHz));
            before = Math.Min(before, Frames.Before(shown.Number)?.Number ?? shown.Number);
            if (Frames[0].Number < before)
            {
                Frames.DropBefore(before);
                _droppedBefore = before;
            }
        }

        private void Hold(MotionBlock block, out long? firstAdded, out long lastAdded)
        {
            long replacedFrom = block.Stop;
            foreach (KeyValuePair<long, long> revision in _revisionStarts)
            {
                if (revision.Key > block.Revision)
                {
                    replacedFrom = Math.Min(replacedFrom, revision.Value);
                }
            }

            firstAdded = null;
            lastAdded = -1;
            for (long number = Math.Max(block.Start, _droppedBefore); number < replacedFrom; number++)
            {
                if (Frames.TryAdd(new HeldFrame(block, (int)(number - block.Start))))
                {
                    _counts.LateFrames += ShownUntil != null && number < ShownUntil ? 1 : 0;
                    firstAdded ??= number;
                    lastAdded = number;
                }
            }
        }

        private MissingFrames? MissingBefore(MotionBlock block, long newest)
        {
            bool cameAgain = block.Revision == newest && NextFrame != null && block.Stop <= NextFrame;
            if (block.Revision < newest || cameAgain)
            {
                return null;
            }

            long? expected = NextFrame;
            bool ended = _finalSeen;
            NextFrame = block.Stop;
            _finalSeen = block.Final;
            if (expected is null || ended || block.Start <= expected)
            {
                return null;
            }

            _counts.Gaps++;
            return new MissingFrames(expected.Value, block.Start);
        }
    }
}
