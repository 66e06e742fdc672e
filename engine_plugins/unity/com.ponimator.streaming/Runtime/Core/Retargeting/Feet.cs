#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Where the feet would be if they did not stand, and legs that reach where they do.</summary>
    internal static class Feet
    {
        /// <summary>Up to Low leg lengths above where it stands a foot steps where the source's does.</summary>
        private const double Low = 0.1;

        /// <summary>From so many leg lengths on the leg's angles count.</summary>
        private const double High = 0.4;

        /// <summary>The pelvis is lowered by at most this share of a leg.</summary>
        private const double MostDrop = 0.4;
        private const double LeastRise = 0.3;
        private static readonly Vector3d KneeGuide = new Vector3d(0, 0, -1);

        /// <summary>Near the ground where the source's foot is, high up by angles.</summary>
        internal static FootPlace Free(PosedRig posed, SourceBody source, int side, double floor, Vector3d shift)
        {
            FittedRig fitted = posed.Fitted;
            int joint = Joint.Leg(side).End;
            Vector3d ankle = source.Positions[joint] + shift;
            double height = ankle.Y - floor - fitted.SourceAnkleHeights[side];
            ankle = new Vector3d(ankle.X, floor + fitted.AnkleHeights[side] + (fitted.LegScale * height), ankle.Z);
            double lowness = 1 - Turning.Eased(((height / fitted.SourceLegLength) - Low) / (High - Low));
            int bone = fitted.BoneOf(joint);
            return new FootPlace(
                (lowness * ankle) + ((1 - lowness) * posed.Position(bone)), posed.Rotation(bone), lowness);
        }

        /// <summary>Heel 1, toe 2 of one foot, from left heel, left toe, right heel, right toe.</summary>
        internal static int PlantedOf(PersonPose pose, int side) =>
            (pose.FootContact(2 * side) ? FootLock.Heel : 0) + (pose.FootContact((2 * side) + 1) ? FootLock.Toe : 0);

        /// <summary>Brings both feet to their places, the pelvis lowered where a leg is too short.</summary>
        internal static void Stand(PosedRig posed, FootPlace[] places)
        {
            posed.Shift(new Vector3d(0, -Math.Max(Drop(posed, 0, places[0]), Drop(posed, 1, places[1])), 0));
            for (int side = 0; side < places.Length; side++)
            {
                LimbReach.Reach(posed, Joint.Leg(side), places[side].Ankle, KneeGuide);
                int ankle = posed.Fitted.BoneOf(Joint.Leg(side).End);
                posed.TurnBone(ankle, places[side].Rotation * posed.Rotation(ankle).Inverse);
            }
        }

        /// <summary>By how much a hip has to come down for its foot to reach, m.</summary>
        private static double Drop(PosedRig posed, int side, FootPlace place)
        {
            Limb leg = Joint.Leg(side);
            (Vector3d hip, Vector3d knee, Vector3d ankle) =
                (posed.Joint(leg.Root), posed.Joint(leg.Middle), posed.Joint(leg.End));
            double whole = (knee - hip).Length + (ankle - knee).Length;
            double longest = whole * LimbReach.StretchAllowed((ankle - hip).Length / whole);
            Vector3d across = hip - place.Ankle;
            double least = LeastRise * longest;
            // Below this a leg that is asked for far too much would pull the pelvis down ever faster.
            double rise = Math.Sqrt(Math.Max(
                (longest * longest) - (across.X * across.X) - (across.Z * across.Z), least * least));
            return place.Lowness * Math.Min(Math.Max(across.Y - rise, 0), MostDrop * whole);
        }
    }
}
