#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>A rig made ready for one source body: alignment of their bones, and sizes.</summary>
    public sealed class FittedRig
    {
        /// <summary>How far the sole of SMPL-X's mean body lies below its toe joint, m: the stream tells joints only.</summary>
        private const double SoleBelowToeM = 0.027;

        private readonly int[] _bones = Enumerable.Repeat(-1, BodyJoints.Names.Count).ToArray();

        /// <summary>Fits them.</summary>
        /// <param name="rig">The rig.</param>
        /// <param name="map">Which of its bones is which joint.</param>
        /// <param name="restJoints">The 55 joints of the source body at rest, m.</param>
        /// <exception cref="RigException">The map does not fit the rig.</exception>
        public FittedRig(Rig rig, RigMap map, IReadOnlyList<Vector3d> restJoints)
        {
            Rig = rig;
            RestJoints = restJoints.ToArray();
            IReadOnlyDictionary<string, int> bones = map.Indices(rig);
            JointOf = Enumerable.Repeat(-1, rig.BoneCount).ToArray();
            foreach (KeyValuePair<string, int> pair in bones)
            {
                _bones[BodyJoints.Index(pair.Key)] = pair.Value;
                JointOf[pair.Value] = BodyJoints.Index(pair.Key);
            }
            Carrier = CarrierOf(bones.Values);
            JointOf[Carrier] = Joint.Pelvis;
            Below = Enumerable.Range(0, rig.BoneCount).Select(BelowOf).ToArray();
            LocalRotations = Enumerable.Range(0, rig.BoneCount).Select(rig.LocalRotation).ToArray();
            LocalPositions = Enumerable.Range(0, rig.BoneCount).Select(rig.LocalPosition).ToArray();

            ToFront = Turning.AboutUp(-Facing(bones));
            Dictionary<string, Vector3d> placed =
                bones.ToDictionary(pair => pair.Key, pair => ToFront * rig.BindPositions[pair.Value]);
            Dictionary<string, Vector3d> joints =
                BodyJoints.Names.ToDictionary(name => name, name => RestJoints[BodyJoints.Index(name)]);
            References = rig.BindRotations.Select(bind => ToFront * bind).ToArray();
            foreach (KeyValuePair<string, Quaterniond> turn in BoneAlignment.Of(placed, joints))
            {
                References[bones[turn.Key]] = turn.Value * References[bones[turn.Key]];
            }

            AnkleHeights = BySide(side => placed[side + "_ankle"].Y - rig.FloorHeight);
            SourceAnkleHeights = BySide(side => joints[side + "_ankle"].Y - joints[side + "_foot"].Y + SoleBelowToeM);
            double legs = Lengths(placed, 0) + AnkleHeights.Sum();
            double sourceLegs = Lengths(joints, 0) + SourceAnkleHeights.Sum();
            LegScale = legs / sourceLegs;
            SourceLegLength = sourceLegs / 2;
            ArmLength = Lengths(placed, 2) / 2;
            SourceArmLength = Lengths(joints, 2) / 2;
            double floor = BodyJoints.Sides.Min(side => joints[side + "_foot"].Y) - SoleBelowToeM;
            BodyScale = BodyJoints.Sides.Sum(side => placed[side + "_shoulder"].Y - rig.FloorHeight)
                / BodyJoints.Sides.Sum(side => joints[side + "_shoulder"].Y - floor);
            HandScales = BySide(side => HandScale(side, placed, joints));
            Vector3d[] toes = BodyJoints.Sides.Select(side => ToeOffset(side, placed, joints)).ToArray();
            ToeHeights = new[] { AnkleHeights[0] + toes[0].Y, AnkleHeights[1] + toes[1].Y };
            Toes = BodyJoints.Sides
                .Select((side, i) => (ToFront * rig.BindRotations[bones[side + "_ankle"]]).Inverse * toes[i])
                .ToArray();
        }

        /// <summary>The rig.</summary>
        public Rig Rig { get; }

        /// <summary>Length of the rig's legs, soles included, by the source's.</summary>
        public double LegScale { get; }

        /// <summary>The deepest bone that everything mapped hangs on; it moves the body.</summary>
        public int Carrier { get; }

        /// <summary>The turn about the up axis after which the bind pose faces +Z.</summary>
        public Quaterniond ToFront { get; }

        /// <summary>Height of its shoulders by the source's.</summary>
        internal double BodyScale { get; }

        /// <summary>Of the source body at rest, m.</summary>
        internal Vector3d[] RestJoints { get; }

        /// <summary>The joint that turns each bone; −1 for none.</summary>
        internal int[] JointOf { get; }

        /// <summary>A mapped bone's rotation where its joint's is none.</summary>
        internal Quaterniond[] References { get; }

        internal Quaterniond[] LocalRotations { get; }

        internal Vector3d[] LocalPositions { get; }

        /// <summary>For each bone itself and the bones that hang on it.</summary>
        internal int[][] Below { get; }

        /// <summary>Both arms' mean, m.</summary>
        internal double ArmLength { get; }

        internal double SourceArmLength { get; }

        /// <summary>Size of left and right hand by the source's.</summary>
        internal double[] HandScales { get; }

        /// <summary>Left and right ankle above the rig's soles, m.</summary>
        internal double[] AnkleHeights { get; }

        internal double[] SourceAnkleHeights { get; }

        /// <summary>Soles included, m.</summary>
        internal double SourceLegLength { get; }

        /// <summary>From each ankle bone to its toes, in the ankle bone's frame, m.</summary>
        internal Vector3d[] Toes { get; }

        /// <summary>Of the rig's toes above its soles, m.</summary>
        internal double[] ToeHeights { get; }

        /// <summary>The bone of a joint; −1 where the rig has none.</summary>
        public int BoneOf(int joint) => _bones[joint];

        private static double[] BySide(Func<string, double> ofSide) => BodyJoints.Sides.Select(ofSide).ToArray();

        /// <summary>Of both limbs from the given one on.</summary>
        private static double Lengths(IReadOnlyDictionary<string, Vector3d> points, int first) =>
            BodyJoints.Limbs.Skip(first).Take(2).Sum(limb =>
                (points[limb.Middle] - points[limb.Root]).Length + (points[limb.End] - points[limb.Middle]).Length);

        /// <summary>By the length of the palm where the rig has fingers, of the forearm where not.</summary>
        private static double HandScale(
            string side, IReadOnlyDictionary<string, Vector3d> placed, IReadOnlyDictionary<string, Vector3d> joints)
        {
            (string start, string stop) = ($"{side}_wrist", $"{side}_middle1");
            if (!placed.ContainsKey(stop))
            {
                (start, stop) = ($"{side}_elbow", $"{side}_wrist");
            }
            return (placed[stop] - placed[start]).Length / (joints[stop] - joints[start]).Length;
        }

        /// <summary>In a bind pose that faces +Z; a rig without toes gets the source's, in its own size.</summary>
        private Vector3d ToeOffset(
            string side, IReadOnlyDictionary<string, Vector3d> placed, IReadOnlyDictionary<string, Vector3d> joints)
        {
            (string ankle, string toe) = ($"{side}_ankle", $"{side}_foot");
            return placed.ContainsKey(toe)
                ? placed[toe] - placed[ankle]
                : LegScale * (joints[toe] - joints[ankle]);
        }

        /// <summary>Yaw of where the bind pose faces, from its hips and shoulders.</summary>
        private double Facing(IReadOnlyDictionary<string, int> bones)
        {
            Vector3d leftward = Vector3d.Zero;
            foreach (string part in new[] { "hip", "shoulder" })
            {
                leftward += Rig.BindPositions[bones["left_" + part]] - Rig.BindPositions[bones["right_" + part]];
            }
            return Turning.YawFromLeftward(leftward);
        }

        private int CarrierOf(IEnumerable<int> bones)
        {
            int carrier = _bones[Joint.Pelvis];
            while (!bones.All(bone => Rig.IsBelow(bone, carrier)))
            {
                carrier = Rig.Parents[carrier];
            }
            return carrier;
        }

        private int[] BelowOf(int ancestor) =>
            Enumerable.Range(ancestor, Rig.BoneCount - ancestor).Where(bone => Rig.IsBelow(bone, ancestor)).ToArray();
    }
}
