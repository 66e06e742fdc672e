#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>The bind pose of a rig in its own space: canonical axes, metres, facing anywhere.</summary>
    public sealed class Rig
    {
        private const double UnitTolerance = 1e-3;

        private readonly string[] _names;
        private readonly int[] _parents;
        private readonly Quaterniond[] _rotations;
        private readonly Vector3d[] _positions;

        /// <summary>A rig.</summary>
        /// <param name="names">Of the bones, all different.</param>
        /// <param name="parents">Of each bone, −1 for a root; a parent stands before its children.</param>
        /// <param name="bindRotations">From bone to the rig's space.</param>
        /// <param name="bindPositions">In the rig's space, m.</param>
        /// <param name="floorHeight">Where the soles are in the bind pose, m.</param>
        /// <exception cref="RigException">That is no tree of bones.</exception>
        public Rig(
            IEnumerable<string> names,
            IEnumerable<int> parents,
            IEnumerable<Quaterniond> bindRotations,
            IEnumerable<Vector3d> bindPositions,
            double floorHeight = 0)
        {
            _names = names.ToArray();
            _parents = parents.ToArray();
            _rotations = bindRotations.ToArray();
            _positions = bindPositions.ToArray();
            FloorHeight = floorHeight;
            CheckTree();
            CheckBindPose();
        }

        /// <summary>Where the soles are in the bind pose, m.</summary>
        public double FloorHeight { get; }

        /// <summary>How many bones there are.</summary>
        public int BoneCount => _names.Length;

        /// <summary>Of the bones.</summary>
        public IReadOnlyList<string> Names => _names;

        /// <summary>Of each bone, −1 for a root.</summary>
        public IReadOnlyList<int> Parents => _parents;

        /// <summary>From bone to the rig's space.</summary>
        public IReadOnlyList<Quaterniond> BindRotations => _rotations;

        /// <summary>In the rig's space, m.</summary>
        public IReadOnlyList<Vector3d> BindPositions => _positions;

        /// <summary>The place of a bone; −1 where there is none.</summary>
        public int IndexOf(string name) => Array.IndexOf(_names, name);

        /// <summary>Whether a bone hangs on another one, or is that one.</summary>
        public bool IsBelow(int bone, int ancestor)
        {
            while (bone > ancestor)
            {
                bone = _parents[bone];
            }
            return bone == ancestor;
        }

        /// <summary>Rotation of a bone in its parent; of a root in the rig's space.</summary>
        internal Quaterniond LocalRotation(int bone) =>
            _parents[bone] < 0 ? _rotations[bone] : _rotations[_parents[bone]].Inverse * _rotations[bone];

        /// <summary>Position of a bone in its parent; of a root in the rig's space.</summary>
        internal Vector3d LocalPosition(int bone)
        {
            int parent = _parents[bone];
            return parent < 0
                ? _positions[bone]
                : _rotations[parent].Inverse * (_positions[bone] - _positions[parent]);
        }

        private static bool IsFinite(Vector3d point) =>
            !double.IsNaN(point.Length) && !double.IsInfinity(point.Length);

        private void CheckTree()
        {
            if (_parents.Length != BoneCount || _rotations.Length != BoneCount || _positions.Length != BoneCount)
            {
                throw new RigException(
                    $"A rig of {BoneCount} bones has as many parents, rotations and positions; these are "
                    + $"{_parents.Length}, {_rotations.Length} and {_positions.Length}.");
            }
            for (int bone = 0; bone < BoneCount; bone++)
            {
                if (_parents[bone] < -1 || _parents[bone] >= bone)
                {
                    throw new RigException(
                        $"A bone's parent must stand before it; the parent of bone {bone} ('{_names[bone]}') is "
                        + $"{_parents[bone]}. Sort the bones by depth.");
                }
            }
            string[] doubled = _names.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key).ToArray();
            if (doubled.Length > 0)
            {
                throw new RigException(
                    $"Bones must have different names; {string.Join(", ", doubled.Take(5))} came twice. Rename them.");
            }
        }

        private void CheckBindPose()
        {
            bool units = _rotations.All(q => Math.Abs(Math.Sqrt(Quaterniond.Dot(q, q)) - 1) < UnitTolerance);
            if (!units || !_positions.All(IsFinite))
            {
                throw new RigException("A bind pose needs finite positions and unit quaternions (x, y, z, w).");
            }
            for (int bone = 0; bone < BoneCount; bone++)
            {
                _rotations[bone] = _rotations[bone].Normalised;
            }
        }
    }
}
