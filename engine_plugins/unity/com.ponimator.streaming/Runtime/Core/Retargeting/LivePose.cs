#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>The way back: from a rig as it stands in the game to the pose that a trigger gives.</summary>
    public static class LivePose
    {
        /// <summary>The source body's pose of which this rig's is the retargeted one, feet and hands left alone.</summary>
        /// <param name="fitted">The rig.</param>
        /// <param name="rotations">Of all its bones, from bone to world.</param>
        /// <param name="leftHip">Where the left hip's bone is in the world, m.</param>
        /// <param name="rightHip">Where the right hip's bone is in the world, m.</param>
        /// <param name="floor">Height of the ground, m.</param>
        public static BodyPose Of(
            FittedRig fitted, IReadOnlyList<Quaterniond> rotations, Vector3d leftHip, Vector3d rightHip, double floor)
        {
            var toWorld = new Quaterniond[WireLimits.BodyJointCount];
            var local = new Quaterniond[WireLimits.BodyJointCount];
            for (int joint = 0; joint < toWorld.Length; joint++)
            {
                (int bone, int parent) = (fitted.BoneOf(joint), BodyJoints.Parents[joint]);
                Quaterniond up = parent < 0 ? Quaterniond.Identity : toWorld[parent];
                // A joint without a bone goes with the one that it hangs on.
                toWorld[joint] = bone < 0 ? up : rotations[bone] * fitted.References[bone].Inverse;
                local[joint] = (up.Inverse * toWorld[joint]).Normalised;
            }
            Vector3d[] rest = fitted.RestJoints;
            Vector3d restMiddle = 0.5 * (rest[Joint.Hips[0]] + rest[Joint.Hips[1]]);
            Vector3d middle = 0.5 * (leftHip + rightHip);
            middle = new Vector3d(middle.X, floor + ((middle.Y - floor) / fitted.LegScale), middle.Z);
            Vector3d pelvis = middle - (toWorld[Joint.Pelvis] * (restMiddle - rest[Joint.Pelvis]));
            return new BodyPose(local, pelvis - rest[Joint.Pelvis]);
        }
    }
}
