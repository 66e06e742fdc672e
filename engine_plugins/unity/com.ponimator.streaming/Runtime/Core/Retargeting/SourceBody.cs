#nullable enable

namespace Ponimator.Core
{
    /// <summary>One body of the stream in one frame: rotations to the world and places of its joints.</summary>
    internal sealed class SourceBody
    {
        internal Quaterniond[] Rotations { get; } = new Quaterniond[WireLimits.JointCount];

        /// <summary>Metres.</summary>
        internal Vector3d[] Positions { get; } = new Vector3d[WireLimits.JointCount];

        /// <summary>Halfway between the hip joints, m.</summary>
        internal Vector3d HipMiddle => 0.5 * (Positions[Joint.Hips[0]] + Positions[Joint.Hips[1]]);

        /// <summary>Yaw of where it faces, from its hips and shoulders.</summary>
        internal double FacingYawRad => Turning.YawFromLeftward(
            Positions[Joint.Hips[0]] - Positions[Joint.Hips[1]]
            + Positions[Joint.Shoulders[0]] - Positions[Joint.Shoulders[1]]);

        /// <summary>From local rotations and a translation, as they come.</summary>
        internal void Set(PersonPose pose, Vector3d[] restJoints)
        {
            for (int joint = 0; joint < Rotations.Length; joint++)
            {
                int parent = BodyJoints.Parents[joint];
                Quaterniond local = pose.Rotations[joint].Normalised;
                if (parent < 0)
                {
                    Rotations[joint] = local;
                    Positions[joint] = restJoints[joint] + pose.Translation;
                }
                else
                {
                    Rotations[joint] = (Rotations[parent] * local).Normalised;
                    Positions[joint] = Positions[parent] + (Rotations[parent] * (restJoints[joint] - restJoints[parent]));
                }
            }
        }
    }
}
