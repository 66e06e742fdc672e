#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A rig in a pose; its turns change it in place.</summary>
    public sealed class PosedRig
    {
        private readonly Quaterniond[] _rotations;
        private readonly Vector3d[] _positions;

        internal PosedRig(FittedRig fitted)
        {
            Fitted = fitted;
            _rotations = new Quaterniond[fitted.Rig.BoneCount];
            _positions = new Vector3d[fitted.Rig.BoneCount];
        }

        /// <summary>The rig.</summary>
        public FittedRig Fitted { get; }

        /// <summary>From a bone to the world.</summary>
        public Quaterniond Rotation(int bone) => _rotations[bone];

        /// <summary>Where a bone is, m.</summary>
        public Vector3d Position(int bone) => _positions[bone];

        /// <summary>What an engine sets on its bones, the actor standing at the world's origin.</summary>
        public RigPose Local() => Local(Vector3d.Zero, Quaterniond.Identity);

        /// <summary>What an engine sets on its bones.</summary>
        /// <param name="origin">Where the actor stands in the world, m.</param>
        /// <param name="worldFromActor">How it is turned.</param>
        internal RigPose Local(Vector3d origin, Quaterniond worldFromActor)
        {
            (int carrier, IReadOnlyList<int> parents) = (Fitted.Carrier, Fitted.Rig.Parents);
            var pose = new RigPose(_rotations.Length, carrier);
            for (int bone = 0; bone < _rotations.Length; bone++)
            {
                pose.Local[bone] = Signed(parents[bone] < 0
                    ? _rotations[bone]
                    : _rotations[parents[bone]].Inverse * _rotations[bone]);
            }
            Quaterniond rotation = worldFromActor.Inverse * _rotations[carrier];
            Vector3d position = worldFromActor.Inverse * (_positions[carrier] - origin);
            int parent = parents[carrier];
            if (parent >= 0)
            {
                // What the carrier hangs on stays as it is in the bind pose, in the actor's space.
                rotation = _rotations[parent].Inverse * rotation;
                position = _rotations[parent].Inverse * (position - _positions[parent]);
            }
            pose.Local[carrier] = Signed(rotation);
            pose.CarrierPosition = position;
            pose.HipsPosition = worldFromActor.Inverse * (Joint(Ponimator.Core.Joint.Pelvis) - origin);
            return pose;
        }

        /// <summary>Where a joint's bone is, m.</summary>
        internal Vector3d Joint(int joint) => _positions[Fitted.BoneOf(joint)];

        /// <summary>How a joint is turned as the source body's would be.</summary>
        internal Quaterniond JointRotation(int joint)
        {
            int bone = Fitted.BoneOf(joint);
            return _rotations[bone] * Fitted.References[bone].Inverse;
        }

        internal void CopyFrom(PosedRig other)
        {
            Array.Copy(other._rotations, _rotations, _rotations.Length);
            Array.Copy(other._positions, _positions, _positions.Length);
        }

        /// <summary>Turns a bone and all that hangs on it about its own place.</summary>
        internal void TurnBone(int bone, Quaterniond by)
        {
            Vector3d pivot = _positions[bone];
            foreach (int below in Fitted.Below[bone])
            {
                _rotations[below] = (by * _rotations[below]).Normalised;
                _positions[below] = (by * (_positions[below] - pivot)) + pivot;
            }
        }

        /// <summary>Moves the whole body.</summary>
        internal void Shift(Vector3d by)
        {
            foreach (int bone in Fitted.Below[Fitted.Carrier])
            {
                _positions[bone] += by;
            }
        }

        /// <summary>The body alone: every bone turned as its joint is, the hips at the height of the rig's own legs.</summary>
        /// <param name="source">The body that it follows.</param>
        /// <param name="floor">Height of the ground, m.</param>
        /// <param name="shift">By which the body stands elsewhere than the source, m.</param>
        internal void Follow(SourceBody source, double floor, Vector3d shift)
        {
            for (int bone = 0; bone < _rotations.Length; bone++)
            {
                (int joint, int parent) = (Fitted.JointOf[bone], Fitted.Rig.Parents[bone]);
                Quaterniond up = parent < 0 ? Quaterniond.Identity : _rotations[parent];
                Vector3d origin = parent < 0 ? Vector3d.Zero : _positions[parent];
                _rotations[bone] = joint >= 0
                    ? source.Rotations[joint] * Fitted.References[bone]
                    : up * Fitted.LocalRotations[bone];
                _positions[bone] = origin + (up * Fitted.LocalPositions[bone]);
            }
            Vector3d middle = source.HipMiddle + shift;
            middle = new Vector3d(middle.X, floor + (Fitted.LegScale * (middle.Y - floor)), middle.Z);
            Shift(middle - HipMiddle);
        }

        /// <summary>Halfway between the hips' bones, m.</summary>
        internal Vector3d HipMiddle =>
            0.5 * (Joint(Ponimator.Core.Joint.Hips[0]) + Joint(Ponimator.Core.Joint.Hips[1]));

        /// <summary>Of the two quaternions of a rotation the one with w ≥ 0.</summary>
        private static Quaterniond Signed(Quaterniond q) => q.W < 0 ? new Quaterniond(-q.X, -q.Y, -q.Z, -q.W) : q;
    }
}
