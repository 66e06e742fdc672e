#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>The SMPL-X joints by name; the same order as on the wire.</summary>
    public static class BodyJoints
    {
        private static readonly string[] _body =
        {
            "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
            "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
            "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
        };

        private static readonly int[] _bodyParents =
        {
            -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19,
        };

        private static readonly string[] _face = { "jaw", "left_eye_smplhf", "right_eye_smplhf" };
        private static readonly string[] _fingers = { "index", "middle", "pinky", "ring", "thumb" };
        private static readonly string[] _names = _body.Concat(_face).Concat(HandJoints()).ToArray();

        private static readonly Dictionary<string, int> _indices =
            _names.Select((name, index) => (name, index)).ToDictionary(one => one.name, one => one.index);

        private static readonly int[] _parents = _names.Select((name, index) => ParentOf(index)).ToArray();

        /// <summary>All names.</summary>
        public static IReadOnlyList<string> Names => _names;

        /// <summary>Parent of each joint, −1 for the pelvis; a parent stands before its children.</summary>
        public static IReadOnlyList<int> Parents => _parents;

        /// <summary>Left, right.</summary>
        public static IReadOnlyList<string> Sides { get; } = new[] { "left", "right" };

        /// <summary>Left leg, right leg, left arm, right arm: root, middle and end of each.</summary>
        public static IReadOnlyList<(string Root, string Middle, string End)> Limbs { get; } = new[]
        {
            ("left_hip", "left_knee", "left_ankle"),
            ("right_hip", "right_knee", "right_ankle"),
            ("left_shoulder", "left_elbow", "left_wrist"),
            ("right_shoulder", "right_elbow", "right_wrist"),
        };

        /// <summary>Without these a rig cannot be retargeted to.</summary>
        public static IReadOnlyList<string> Needed { get; } =
            new[] { "pelvis" }.Concat(Limbs.SelectMany(limb => new[] { limb.Root, limb.Middle, limb.End })).ToArray();

        internal static IReadOnlyList<string> Fingers => _fingers;

        /// <summary>The place of a joint.</summary>
        public static int Index(string name) => _indices[name];

        /// <summary>Whether there is such a joint.</summary>
        public static bool IsJoint(string name) => _indices.ContainsKey(name);

        private static IEnumerable<string> HandJoints() =>
            from side in new[] { "left", "right" }
            from finger in _fingers
            from segment in Enumerable.Range(1, 3)
            select $"{side}_{finger}{segment}";

        private static int ParentOf(int index)
        {
            if (index < _body.Length)
            {
                return _bodyParents[index];
            }
            if (index < _body.Length + _face.Length)
            {
                return Array.IndexOf(_body, "head");
            }
            string name = _names[index];
            // The first segment of a finger hangs on its wrist, the others on the segment before.
            return name.EndsWith("1", StringComparison.Ordinal)
                ? Array.IndexOf(_body, name.Substring(0, name.IndexOf('_')) + "_wrist")
                : index - 1;
        }
    }
}
