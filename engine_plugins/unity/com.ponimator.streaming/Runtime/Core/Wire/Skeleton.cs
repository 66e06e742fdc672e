#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>The two bodies at rest; sent on open and to every late joiner.</summary>
    public sealed class Skeleton : StreamMessage
    {
        /// <summary>Names of the 55 SMPL-X joints.</summary>
        public IReadOnlyList<string> Joints { get; internal set; } = Array.Empty<string>();

        /// <summary>Index of each joint's parent; -1 for the first.</summary>
        public IReadOnlyList<int> Parents { get; internal set; } = Array.Empty<int>();

        /// <summary>Names of the two characters.</summary>
        public IReadOnlyList<string> Names { get; internal set; } = Array.Empty<string>();

        /// <summary>The frame of all coordinates; always SMPL-X's.</summary>
        public string Frame { get; internal set; } = "";

        internal Vector3d[] RestJoints { get; set; } = Array.Empty<Vector3d>();

        /// <summary>Where a joint of a person (0 or 1) is at rest; metres, SMPL-X's frame.</summary>
        public Vector3d RestJoint(int person, int joint) => RestJoints[(person * WireLimits.JointCount) + joint];

        internal static Skeleton From(WireMap map)
        {
            const int Joints = WireLimits.JointCount;
            return new Skeleton
            {
                Session = map.Text("session", minCharacters: 1),
                Joints = map.Texts("joints", Joints),
                Parents = map.List("parents", Joints, Joints, ParentFrom),
                RestJoints = WireArrays.Positions(map, "rest_joints", WireLimits.PersonCount * Joints),
                Names = map.Texts("names", WireLimits.PersonCount),
                Frame = map.OptionalText("frame"),
            };
        }

        private static int ParentFrom(ref MsgpackReader reader)
        {
            long parent = reader.ReadInteger();
            return parent >= -1 && parent < WireLimits.JointCount
                ? (int)parent
                : throw new MalformedMessageException($"Expected a joint's index or -1, got {parent}.");
        }
    }
}
