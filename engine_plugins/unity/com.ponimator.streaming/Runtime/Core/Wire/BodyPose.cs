#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A body now, as a game knows it.</summary>
    public sealed class BodyPose
    {
        private readonly Quaterniond[] _rotations;

        /// <summary>A pose in SMPL-X's frame.</summary>
        /// <param name="rotations">22 unit quaternions: the first to the world, the others to their parents.</param>
        /// <param name="translation">Metres, in SMPL-X's meaning: the pelvis is at its rest plus this.</param>
        /// <exception cref="BadRequestException">No body has these values.</exception>
        public BodyPose(IReadOnlyList<Quaterniond> rotations, Vector3d translation)
        {
            if (rotations.Count != WireLimits.BodyJointCount)
            {
                throw new BadRequestException(
                    $"Expected the rotations of {WireLimits.BodyJointCount} joints, got {rotations.Count}.");
            }

            _rotations = new Quaterniond[rotations.Count];
            for (int joint = 0; joint < rotations.Count; joint++)
            {
                _rotations[joint] = WireArrays.IsUnit(rotations[joint])
                    ? rotations[joint]
                    : throw new BadRequestException(
                        $"Expected unit quaternions within {WireLimits.UnitNormTolerance}, the one of joint {joint} has "
                        + $"length {WireArrays.Norm(rotations[joint]):g6}: normalise the rotations before sending them.");
            }

            Coordinates.Check(translation, "a translation");
            Translation = translation;
        }

        /// <summary>To the parent, the first one's to the world.</summary>
        public IReadOnlyList<Quaterniond> Rotations => _rotations;

        /// <summary>Metres, in SMPL-X's meaning.</summary>
        public Vector3d Translation { get; }

        internal void Write(MsgpackWriter writer)
        {
            writer.MapHeader(2);
            writer.Text("rotations");
            writer.Binary(WireArrays.Bytes(_rotations));
            writer.Text("translation");
            writer.Binary(WireArrays.Bytes(Translation));
        }
    }
}
