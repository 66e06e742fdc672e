using System.Collections.Generic;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>Bones of a body of 1.7 m in T-pose, with names that many exporters give.</summary>
    internal static class MadeCharacter
    {
        private static readonly (string Name, string Parent, float X, float Y, float Z)[] _bones =
        {
            ("Hips", "", 0, 0.95f, 0), ("Spine", "Hips", 0, 0.12f, 0), ("Chest", "Spine", 0, 0.25f, 0),
            ("Neck", "Chest", 0, 0.16f, 0), ("Head", "Neck", 0, 0.1f, 0),
            ("LeftArm", "Chest", -0.18f, 0.1f, 0), ("LeftForeArm", "LeftArm", -0.27f, 0, 0),
            ("LeftHand", "LeftForeArm", -0.25f, 0, 0),
            ("RightArm", "Chest", 0.18f, 0.1f, 0), ("RightForeArm", "RightArm", 0.27f, 0, 0),
            ("RightHand", "RightForeArm", 0.25f, 0, 0),
            ("LeftUpLeg", "Hips", -0.09f, -0.06f, 0), ("LeftLeg", "LeftUpLeg", 0, -0.4f, 0),
            ("LeftFoot", "LeftLeg", 0, -0.41f, 0), ("LeftToeBase", "LeftFoot", 0, -0.06f, 0.13f),
            ("RightUpLeg", "Hips", 0.09f, -0.06f, 0), ("RightLeg", "RightUpLeg", 0, -0.4f, 0),
            ("RightFoot", "RightLeg", 0, -0.41f, 0), ("RightToeBase", "RightFoot", 0, -0.06f, 0.13f),
        };

        internal static GameObject Build()
        {
            var made = new GameObject("Made");
            var transforms = new Dictionary<string, Transform> { [""] = made.transform };
            foreach ((string name, string parent, float x, float y, float z) in _bones)
            {
                Transform bone = new GameObject(name).transform;
                bone.SetParent(transforms[parent], false);
                bone.localPosition = new Vector3(x, y, z);
                transforms[name] = bone;
            }
            return made;
        }

        internal static Transform Find(GameObject character, string name)
        {
            var waiting = new Stack<Transform>();
            waiting.Push(character.transform);
            while (waiting.Count > 0)
            {
                Transform at = waiting.Pop();
                if (at.name == name)
                {
                    return at;
                }
                for (int i = 0; i < at.childCount; i++)
                {
                    waiting.Push(at.GetChild(i));
                }
            }
            return null;
        }
    }
}
