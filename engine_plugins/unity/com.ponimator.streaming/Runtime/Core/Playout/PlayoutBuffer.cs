#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>
    /// Blocks go in on the client thread, poses come out on the game's: four cases, and between them never a jump.
    /// </summary>
    /// <remarks>All times are on the server's clock. Knows no socket and reads no clock.</remarks>
    public sealed class PlayoutBuffer
    {
        /// <summary>While something plays, the delay moves by no more than this share of the time that passes.</summary>
        private const double DelayRate = 0.1;

        private readonly object _lock = new object();
        private readonly PlayoutCounts _counts = new PlayoutCounts();
        private readonly Touching _touching = new Touching();
        private readonly Difference _difference = new Difference();
        private FrameStore _store;
        private Course? _course;
        private long? _shownNs;
        private double _delayS;

        /// <summary>Nothing has come.</summary>
        public PlayoutBuffer() => _store = new FrameStore(_counts);

        /// <summary>The frame expected next; null before the first.</summary>
        internal long? NextFrame
        {
            get
            {
                lock (_lock)
                {
                    return _store.NextFrame;
                }
            }
        }

        /// <summary>Whether the newest block was the last of its interaction.</summary>
        internal bool FinalSeen
        {
            get
            {
                lock (_lock)
                {
                    return _store.FinalSeen;
                }
            }
        }

        internal int FramesHeld
        {
            get
            {
                lock (_lock)
                {
                    return _store.Frames.Count;
                }
            }
        }

        /// <summary>Takes a block in.</summary>
        /// <param name="block">As received.</param>
        /// <param name="arrivalNs">When.</param>
        /// <returns>The frames before it that have not come; to be asked for.</returns>
        public MissingFrames? Add(MotionBlock block, long arrivalNs)
        {
            lock (_lock)
            {
                return _store.Add(block, arrivalNs);
            }
        }

        /// <summary>A subscription begins: what comes too late in its first seconds says nothing of the network.</summary>
        public void Subscribed(long atNs)
        {
            lock (_lock)
            {
                _store.Arrivals.Subscribed(atNs);
            }
        }

        /// <summary>Empties it for another session's timeline.</summary>
        public void Clear()
        {
            lock (_lock)
            {
                _store = new FrameStore(_counts);
                _course = null;
                _shownNs = null;
                _delayS = 0.0;
            }
        }

        /// <summary>Fills in what is shown at a time; one before that of the last call is taken for it. For one thread.</summary>
        public void Show(long atNs, Shown shown)
        {
            Course? before, course;
            bool breaksOff = false;
            lock (_lock)
            {
                before = _course;
                // Only while something is shown: before, the clock may still become the server's.
                atNs = before is null ? atNs : Math.Max(atNs, _shownNs ?? atNs);
                shown.Place = Advance(atNs);
                course = shown.Place is null ? null : CourseAt(shown.Place.Value);
                _course = course;
                shown.State = course?.State ?? PlayoutState.Waiting;
                if (course != null)
                {
                    breaksOff = before != null && BreaksOff(before, course);
                    bool wasHolding = before?.State == PlayoutState.Holding;
                    _counts.Holds += course.State == PlayoutState.Holding && !wasHolding ? 1 : 0;
                    _store.ShownUntil = shown.Place;
                    _touching.Tell(_store.Frames, course.Frame, shown.Place!.Value, shown.ContactsToFill);
                    _store.DropShown(course.Frame, shown.Place.Value);
                }
            }

            if (course is null)
            {
                shown.ContactsToFill.Clear();
                _difference.Forget();
                return;
            }

            // Frames never change: poses are made of them outside the lock.
            if (before is null)
            {
                _difference.Forget();
            }
            else if (breaksOff)
            {
                _difference.Begin(before, course, shown.Place!.Value, atNs);
            }

            Fill(shown, course, shown.Place!.Value, _difference.Left(atNs));
        }

        /// <summary>Fills in what the playout counts.</summary>
        internal void Tell(PlayoutCounters counters)
        {
            lock (_lock)
            {
                counters.Blocks = _counts.Blocks;
                counters.Doubles = _counts.Doubles;
                counters.Gaps = _counts.Gaps;
                counters.LateFrames = _counts.LateFrames;
                counters.Holds = _counts.Holds;
                counters.HeldS = _counts.HeldS;
                counters.DelayS = _delayS;
                counters.JitterS = _store.Arrivals.JitterS;
                counters.BufferedS = _store.BufferedS;
            }
        }

        /// <summary>Moves the delay; the place that is due then.</summary>
        private double? Advance(long atNs)
        {
            double passedS = _shownNs is null ? 0.0 : Math.Max(0L, atNs - _shownNs.Value) / FrameStore.NsPerS;
            _shownNs = atNs;
            _counts.HeldS += _course?.State == PlayoutState.Holding ? passedS : 0.0;
            double wantedS = _store.Arrivals.WantedDelayS;
            if (_course != null && _course.State != PlayoutState.Resting)
            {
                double mostS = DelayRate * passedS;
                _delayS += Math.Min(Math.Max(wantedS - _delayS, -mostS), mostS);
                return _store.PlaceAt(atNs, _delayS);
            }

            _delayS = wantedS;
            double? place = _store.PlaceAt(atNs, wantedS);
            if (place is null || _course is null || place >= _course.Frame.Number)
            {
                return place;
            }

            // What rests does not move once more: the delay grows while it stands.
            _delayS -= (_course.Frame.Number - place.Value) / _course.Frame.Block.RateHz;
            return _course.Frame.Number;
        }

        private Course? CourseAt(double place)
        {
            HeldFrame? frame = _store.FrameAt(place);
            if (frame is null)
            {
                return null;
            }

            HeldFrame? following = _store.Frames.Behind(frame.Number);
            if (following != null && frame.Joins(following))
            {
                return Course.Playing(frame, following);
            }

            if (frame.IsLast)
            {
                return Course.Resting(frame);
            }

            // While a hold lasts, it keeps the velocity that it began with.
            return _course != null && _course.State == PlayoutState.Holding && _course.Frame == frame
                ? _course
                : Course.Holding(frame, _store.Frames.Before(frame.Number));
        }

        /// <summary>Whether the stream does not go on from what was shown last.</summary>
        private bool BreaksOff(Course before, Course now)
        {
            if (before.State == PlayoutState.Holding)
            {
                return now != before;
            }

            if (_store.Frames.At(before.Frame.Number) != before.Frame)
            {
                return true;
            }

            return before.State == PlayoutState.Playing
                && _store.Frames.Behind(before.Frame.Number) != before.Following;
        }

        private void Fill(Shown shown, Course course, double place, double left)
        {
            shown.Interaction = course.Frame.Block.Interaction;
            double share = course.Share(place);
            for (int person = 0; person < WireLimits.PersonCount; person++)
            {
                PersonPose pose = shown.Persons[person];
                pose.Translation = _difference.Translation(person, course.Translation(person, share), left);
                for (int joint = 0; joint < WireLimits.JointCount; joint++)
                {
                    pose.Rotations[joint] = _difference.Rotation(
                        person, joint, course.Rotation(person, joint, share), left);
                }

                for (int foot = 0; foot < WireLimits.FootCount; foot++)
                {
                    pose.SetFootContact(foot, course.Frame.Block.FootContact(person, course.Frame.Row, foot));
                }
            }
        }
    }
}
