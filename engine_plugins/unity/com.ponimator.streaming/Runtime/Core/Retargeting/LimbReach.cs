#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Two-bone inverse kinematics of a posed rig's arm or leg.</summary>
    internal static class LimbReach
    {
        /// <summary>Up to this share of its length, or as far as it is stretched already, a limb reaches exactly.</summary>
        private const double ExactReach = 0.98;
        private const double LeastFold = 1e-3;
        private const double Guide = 0.1;
        private const double GuidedBelow = 0.1;
        private const double GuidedFromRad = 0.2;

        /// <summary>Turns a limb's two bones so that its end comes to a place; the plane it bends in is kept.</summary>
        /// <param name="posed">Changed in place.</param>
        /// <param name="limb">Its joints.</param>
        /// <param name="goal">For the end, m.</param>
        /// <param name="guide">
        /// Where the end goes when the limb bends, seen in the root joint's own frame: only a limb that is nearly
        /// straight needs to be told.
        /// </param>
        internal static void Reach(PosedRig posed, Limb limb, Vector3d goal, Vector3d guide)
        {
            (Vector3d start, Vector3d bend, Vector3d end) =
                (posed.Joint(limb.Root), posed.Joint(limb.Middle), posed.Joint(limb.End));
            (double upperLength, double lowerLength) = ((bend - start).Length, (end - bend).Length);
            double whole = upperLength + lowerLength;
            (Vector3d upper, Vector3d lower) = ((bend - start) / upperLength, (end - bend) / lowerLength);
            Vector3d toGoal = goal - start;
            double exact = StretchAllowed((end - start).Length / whole);
            double distance = whole * Turning.SoftReach(toGoal.Length / whole, exact);
            distance = Math.Max(distance, Math.Abs(upperLength - lowerLength) + (LeastFold * whole));

            double cosine = Cosine(
                ((distance * distance) - (upperLength * upperLength) - (lowerLength * lowerLength))
                / (2 * upperLength * lowerLength));
            double along = Cosine(Vector3d.Dot(lower, upper));
            Vector3d sideways = lower - (along * upper);
            // A limb that is not bent does not say where it bends to; one that keeps its angle needs no guide.
            double unbent = Math.Max(0, 1 - (Vector3d.Dot(sideways, sideways) / (GuidedBelow * GuidedBelow)));
            double changed = Math.Min(1, Math.Abs(Math.Acos(cosine) - Math.Acos(along)) / GuidedFromRad);
            Vector3d guided = posed.JointRotation(limb.Root) * guide;
            guided -= Vector3d.Dot(guided, upper) * upper;
            sideways = Turning.Unit(sideways + (Guide * unbent * changed * guided));
            Vector3d bent = (cosine * upper) + (Math.Sqrt(Math.Max(0, 1 - (cosine * cosine))) * sideways);
            Vector3d reached = Turning.Unit((upperLength * upper) + (lowerLength * bent));
            posed.TurnBone(posed.Fitted.BoneOf(limb.Middle), Turning.ShortestArc(lower, bent));
            posed.TurnBone(posed.Fitted.BoneOf(limb.Root), Turning.ShortestArc(reached, Turning.Unit(toGoal)));
        }

        /// <summary>The share of its length that a limb reaches exactly, from how far it is stretched.</summary>
        internal static double StretchAllowed(double now) => Math.Min(Math.Max(ExactReach, now), 1);

        private static double Cosine(double value) => Math.Min(Math.Max(value, -1), 1);
    }
}
