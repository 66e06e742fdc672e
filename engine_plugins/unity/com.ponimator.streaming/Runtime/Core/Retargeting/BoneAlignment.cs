#nullable enable

using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>Turns a rig's bind bones to where the source's point at rest; limbs, hands and fingers only.</summary>
    internal static class BoneAlignment
    {
        /// <summary>The turn of each joint's bone.</summary>
        /// <remarks>
        /// Each begins with the turn of the bone that it hangs on, so that an arm is lifted as a whole and its palm
        /// with it.
        /// </remarks>
        /// <param name="placed">The rig's joints in a bind pose that faces +Z, m.</param>
        /// <param name="joints">The source's at rest, m.</param>
        internal static Dictionary<string, Quaterniond> Of(
            IReadOnlyDictionary<string, Vector3d> placed, IReadOnlyDictionary<string, Vector3d> joints)
        {
            Dictionary<string, Quaterniond> aligned = placed.Keys.ToDictionary(joint => joint, joint => Quaterniond.Identity);
            foreach ((string root, string middle, string end) in BodyJoints.Limbs)
            {
                string hand = root.Replace("shoulder", "middle1");
                bool isArm = hand != root;
                string[] chain = isArm ? new[] { root, middle, end, hand } : new[] { root, middle, end };
                Quaterniond soFar = Quaterniond.Identity;
                for (int i = 0; i + 1 < chain.Length; i++)
                {
                    soFar = Turned(soFar, placed, joints, chain[i], chain[i + 1]);
                    aligned[chain[i]] = soFar;
                }
            }
            foreach (string side in BodyJoints.Sides)
            {
                AlignHand(side, placed, joints, aligned);
            }
            return aligned;
        }

        private static void AlignHand(
            string side,
            IReadOnlyDictionary<string, Vector3d> placed,
            IReadOnlyDictionary<string, Vector3d> joints,
            Dictionary<string, Quaterniond> aligned)
        {
            (string wrist, string index, string pinky) = ($"{side}_wrist", $"{side}_index1", $"{side}_pinky1");
            if (placed.ContainsKey(index) && placed.ContainsKey(pinky))
            {
                aligned[wrist] = Palm(joints, wrist, index, pinky) * Palm(placed, wrist, index, pinky).Inverse;
            }
            foreach (string finger in BodyJoints.Fingers)
            {
                Quaterniond soFar = aligned[wrist];
                for (int segment = 1; segment <= 3; segment++)
                {
                    string joint = $"{side}_{finger}{segment}";
                    if (placed.ContainsKey(joint))
                    {
                        soFar = Turned(soFar, placed, joints, joint, $"{side}_{finger}{segment + 1}");
                        aligned[joint] = soFar;
                    }
                }
            }
        }

        private static Quaterniond Turned(
            Quaterniond soFar,
            IReadOnlyDictionary<string, Vector3d> placed,
            IReadOnlyDictionary<string, Vector3d> joints,
            string joint,
            string child)
        {
            if (!placed.ContainsKey(child))
            {
                return soFar;
            }
            Vector3d bound = soFar * Turning.Unit(placed[child] - placed[joint]);
            return Turning.ShortestArc(bound, Turning.Unit(joints[child] - joints[joint])) * soFar;
        }

        /// <summary>From axes along the hand, out of its plane and across it.</summary>
        private static Quaterniond Palm(
            IReadOnlyDictionary<string, Vector3d> points, string wrist, string index, string pinky)
        {
            Vector3d along = Turning.Unit((0.5 * (points[index] + points[pinky])) - points[wrist]);
            Vector3d normal = Turning.Unit(Vector3d.Cross(along, points[index] - points[pinky]));
            return Turning.FromColumns(along, normal, Vector3d.Cross(along, normal));
        }
    }
}
