#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>By how much what is shown differs from the stream; it dies away, so that no pose ever jumps.</summary>
    internal sealed class Difference
    {
        private const double ComingBackS = 0.25;
        private readonly Vector3d[,] _turns = new Vector3d[WireLimits.PersonCount, WireLimits.JointCount];
        private readonly Vector3d[] _shifts = new Vector3d[WireLimits.PersonCount];
        private long _beganNs;
        private bool _isThere;

        internal void Forget() => _isThere = false;

        /// <summary>How much of it is left at a time, 0 to 1.</summary>
        internal double Left(long atNs)
        {
            double s = Math.Min(1.0, Math.Max(0L, atNs - _beganNs) / FrameStore.NsPerS / ComingBackS);
            return _isThere ? 1.0 - Turning.Eased(s) : 0.0;
        }

        /// <summary>Adds what is left to what the stream says.</summary>
        internal Quaterniond Rotation(int person, int joint, Quaterniond stream, double left) =>
            left > 0 ? stream * Turning.Turn(left * _turns[person, joint]) : stream;

        /// <summary>Adds what is left to what the stream says.</summary>
        internal Vector3d Translation(int person, Vector3d stream, double left) =>
            left > 0 ? stream + (left * _shifts[person]) : stream;

        /// <summary>Begins anew: from what was shown, carried on, to what the stream says now.</summary>
        internal void Begin(Course shown, Course stream, double place, long atNs)
        {
            double left = Left(atNs), shownShare = shown.ShareCarriedOn(place), streamShare = stream.Share(place);
            for (int person = 0; person < WireLimits.PersonCount; person++)
            {
                Vector3d from = Translation(person, shown.Translation(person, shownShare), left);
                _shifts[person] = from - stream.Translation(person, streamShare);
                for (int joint = 0; joint < WireLimits.JointCount; joint++)
                {
                    Quaterniond turned = Rotation(person, joint, shown.Rotation(person, joint, shownShare), left);
                    _turns[person, joint] = Turning.TurnVector(
                        stream.Rotation(person, joint, streamShare).Inverse * turned);
                }
            }

            _beganNs = atNs;
            _isThere = true;
        }
    }
}
