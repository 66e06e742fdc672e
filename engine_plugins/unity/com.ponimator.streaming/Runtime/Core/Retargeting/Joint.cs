#nullable enable

using System.Linq;

namespace Ponimator.Core
{
    /// <summary>Places of the joints that retargeting asks for by name.</summary>
    internal static class Joint
    {
        internal static readonly int Pelvis = BodyJoints.Index("pelvis");
        internal static readonly int[] Hips = { BodyJoints.Index("left_hip"), BodyJoints.Index("right_hip") };
        internal static readonly int[] Shoulders =
        {
            BodyJoints.Index("left_shoulder"), BodyJoints.Index("right_shoulder"),
        };

        internal static readonly int[] Wrists = { BodyJoints.Index("left_wrist"), BodyJoints.Index("right_wrist") };

        internal static readonly int[] Spine =
        {
            BodyJoints.Index("spine1"), BodyJoints.Index("spine2"), BodyJoints.Index("spine3"),
        };

        /// <summary>Left leg, right leg, left arm, right arm.</summary>
        internal static readonly Limb[] Limbs = BodyJoints.Limbs
            .Select(limb => new Limb(BodyJoints.Index(limb.Root), BodyJoints.Index(limb.Middle), BodyJoints.Index(limb.End)))
            .ToArray();

        /// <summary>Each joint itself, a finger's the wrist of its hand, jaw and eyes the head.</summary>
        internal static readonly int[] Owners = BodyJoints.Names.Select(OwnerOf).ToArray();

        internal static Limb Leg(int side) => Limbs[side];

        internal static Limb Arm(int side) => Limbs[2 + side];

        private static int OwnerOf(string name, int index)
        {
            if (index < WireLimits.BodyJointCount)
            {
                return index;
            }
            return char.IsDigit(name[name.Length - 1])
                ? BodyJoints.Index(name.Substring(0, name.IndexOf('_')) + "_wrist")
                : BodyJoints.Index("head");
        }
    }

    /// <summary>The joints of an arm or a leg.</summary>
    internal readonly struct Limb
    {
        internal Limb(int root, int middle, int end)
        {
            Root = root;
            Middle = middle;
            End = end;
        }

        internal int Root { get; }

        internal int Middle { get; }

        internal int End { get; }
    }
}
