#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>What one foot remembers: where it stands, and how far it still is from there.</summary>
    internal sealed class FootLock
    {
        internal const int Heel = 1;
        internal const int Toe = 2;

        /// <summary>A foot that is planted, lifted or rolls over goes to where it should be in this time.</summary>
        private const double FadeS = 0.2;

        /// <summary>A place is dragged along where the stream's own foot has slid further than this from it.</summary>
        private const double DriftM = 0.15;

        private readonly FittedRig _fitted;
        private readonly int _side;
        private readonly double _floor;

        private int? _planted;
        private Vector3d _heel;
        private Vector3d _toe;

        // From what should have been shown to what was, when _planted changed last; the turn as a rotation vector.
        private Vector3d _gap;
        private Vector3d _turned;
        private double _elapsedS = FadeS;

        /// <param name="fitted">The rig.</param>
        /// <param name="side">0 left, 1 right.</param>
        /// <param name="floor">Height of the ground, m.</param>
        internal FootLock(FittedRig fitted, int side, double floor)
        {
            _fitted = fitted;
            _side = side;
            _floor = floor;
        }

        private Vector3d Toes => _fitted.Toes[_side];

        /// <summary>Goes on by one frame.</summary>
        /// <param name="free">Where the foot would be if it did not stand.</param>
        /// <param name="planted">Heel 1, toe 2, both 3.</param>
        /// <param name="dtS">Since the last frame.</param>
        internal FootPlace Place(FootPlace free, int planted, double dtS)
        {
            _elapsedS += dtS;
            _heel = Dragged(_heel, free.Ankle);
            _toe = Dragged(_toe, free.Ankle + (free.Rotation * Toes));
            int before = _planted ?? 0;
            if (_planted != planted)
            {
                (Vector3d ankle, Quaterniond rotation) = Shown(free, before);
                Lock(ankle, ankle + (rotation * Toes), planted & ~before);
                (Vector3d pivot, Quaterniond wanted) = Target(free, planted);
                if (_planted != null)
                {
                    Vector3d shownPivot = (planted & Toe) != 0 ? ankle + (rotation * Toes) : ankle;
                    _gap = shownPivot - pivot;
                    _turned = Turning.TurnVector(rotation * wanted.Inverse);
                    _elapsedS = 0;
                }
                _planted = planted;
            }
            (Vector3d place, Quaterniond turn) = Shown(free, planted);
            return new FootPlace(place, turn, free.Lowness);
        }

        private static Vector3d Dragged(Vector3d place, Vector3d follows)
        {
            (double x, double z) = (place.X - follows.X, place.Z - follows.Z);
            double distance = Math.Sqrt((x * x) + (z * z));
            double share = DriftM / distance;
            return distance > DriftM ? new Vector3d(follows.X + (x * share), place.Y, follows.Z + (z * share)) : place;
        }

        private void Lock(Vector3d ankle, Vector3d toe, int newly)
        {
            if ((newly & Heel) != 0)
            {
                _heel = new Vector3d(ankle.X, _floor + _fitted.AnkleHeights[_side], ankle.Z);
            }
            if ((newly & Toe) != 0)
            {
                _toe = new Vector3d(toe.X, _floor + _fitted.ToeHeights[_side], toe.Z);
            }
        }

        /// <summary>The pivot (the toe where it is planted, else the ankle) and the rotation, without what fades.</summary>
        private (Vector3d Pivot, Quaterniond Rotation) Target(FootPlace free, int planted)
        {
            switch (planted)
            {
                case Heel:
                    return (_heel, free.Rotation);
                case Toe:
                    return (_toe, free.Rotation);
                case Heel | Toe:
                    return (_toe, Turning.ShortestArc(Turning.Unit(free.Rotation * Toes), Flat()) * free.Rotation);
                default:
                    return (free.Ankle, free.Rotation);
            }
        }

        /// <summary>From ankle to toe of a foot that stands on both, headed from one place to the other.</summary>
        private Vector3d Flat()
        {
            double down = _fitted.ToeHeights[_side] - _fitted.AnkleHeights[_side];
            Vector3d heading = Turning.Unit(new Vector3d(_toe.X - _heel.X, 0, _toe.Z - _heel.Z));
            double along = Math.Sqrt(Math.Max(Vector3d.Dot(Toes, Toes) - (down * down), 0));
            return Turning.Unit((heading * along) + new Vector3d(0, down, 0));
        }

        /// <summary>Ankle and rotation, with what fades.</summary>
        private (Vector3d Ankle, Quaterniond Rotation) Shown(FootPlace free, int planted)
        {
            (Vector3d pivot, Quaterniond rotation) = Target(free, planted);
            double left = 1 - Turning.Eased(_elapsedS / FadeS);
            rotation = Turning.Turn(_turned * left) * rotation;
            pivot += _gap * left;
            return ((planted & Toe) != 0 ? pivot - (rotation * Toes) : pivot, rotation);
        }
    }
}
