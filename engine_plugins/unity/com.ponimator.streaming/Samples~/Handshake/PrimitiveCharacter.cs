using System.Collections.Generic;
using UnityEngine;

namespace Ponimator.Streaming.Samples
{
    /// <summary>A character made of boxes on a hierarchy of bones in T-pose, so that the sample needs no assets.</summary>
    public static class PrimitiveCharacter
    {
        private const float Thickness = 0.09f;

        // Name, parent, place from the parent in metres for a body of 1.7 m; it faces +Z, its left is −X.
        private static readonly (string Name, string Parent, Vector3 Offset)[] _bones =
        {
            ("Hips", "", new Vector3(0, 0.95f, 0)),
            ("Spine", "Hips", new Vector3(0, 0.11f, 0)),
            ("Spine1", "Spine", new Vector3(0, 0.13f, 0)),
            ("Spine2", "Spine1", new Vector3(0, 0.13f, 0)),
            ("Neck", "Spine2", new Vector3(0, 0.17f, 0)),
            ("Head", "Neck", new Vector3(0, 0.09f, 0.02f)),
            ("LeftShoulder", "Spine2", new Vector3(-0.06f, 0.11f, 0)),
            ("LeftArm", "LeftShoulder", new Vector3(-0.12f, 0, 0)),
            ("LeftForeArm", "LeftArm", new Vector3(-0.27f, 0, 0)),
            ("LeftHand", "LeftForeArm", new Vector3(-0.25f, 0, 0)),
            ("RightShoulder", "Spine2", new Vector3(0.06f, 0.11f, 0)),
            ("RightArm", "RightShoulder", new Vector3(0.12f, 0, 0)),
            ("RightForeArm", "RightArm", new Vector3(0.27f, 0, 0)),
            ("RightHand", "RightForeArm", new Vector3(0.25f, 0, 0)),
            ("LeftUpLeg", "Hips", new Vector3(-0.09f, -0.06f, 0)),
            ("LeftLeg", "LeftUpLeg", new Vector3(0, -0.4f, 0)),
            ("LeftFoot", "LeftLeg", new Vector3(0, -0.41f, 0)),
            ("LeftToeBase", "LeftFoot", new Vector3(0, -0.06f, 0.13f)),
            ("RightUpLeg", "Hips", new Vector3(0.09f, -0.06f, 0)),
            ("RightLeg", "RightUpLeg", new Vector3(0, -0.4f, 0)),
            ("RightFoot", "RightLeg", new Vector3(0, -0.41f, 0)),
            ("RightToeBase", "RightFoot", new Vector3(0, -0.06f, 0.13f)),
        };

        /// <summary>Builds one and gives it a <see cref="PonimatorCharacter"/>.</summary>
        /// <param name="name">The character's name.</param>
        /// <param name="position">Under its pelvis, metres, in the world.</param>
        /// <param name="yaw">Where it looks, degrees from +Z.</param>
        /// <param name="size">1 for a body of 1.7 m.</param>
        /// <param name="colour">Of its boxes.</param>
        public static PonimatorCharacter Build(string name, Vector3 position, float yaw, float size, Color colour)
        {
            var character = new GameObject(name);
            character.SetActive(false);
            character.transform.SetPositionAndRotation(position, Quaternion.AngleAxis(yaw, Vector3.up));
            var bones = new Dictionary<string, Transform> { [""] = character.transform };
            foreach ((string bone, string parent, Vector3 offset) in _bones)
            {
                Transform made = new GameObject(bone).transform;
                made.SetParent(bones[parent], false);
                made.localPosition = offset * size;
                bones[bone] = made;
                if (parent.Length > 0)
                {
                    Box(bones[parent], made.localPosition, size, colour);
                }
            }
            Box(bones["Head"], new Vector3(0, 0.2f, 0) * size, size, colour);
            // Awake comes with the activation, when the bones are there.
            var added = character.AddComponent<PonimatorCharacter>();
            character.SetActive(true);
            return added;
        }

        private static void Box(Transform bone, Vector3 to, float size, Color colour)
        {
            GameObject box = GameObject.CreatePrimitive(PrimitiveType.Cube);
            Object.Destroy(box.GetComponent<Collider>());
            box.name = "Box";
            box.transform.SetParent(bone, false);
            box.transform.localPosition = to / 2;
            box.transform.localRotation = Quaternion.FromToRotation(Vector3.up, to);
            box.transform.localScale = new Vector3(Thickness * size, to.magnitude, Thickness * size);
            box.GetComponent<Renderer>().material.color = colour;
        }
    }
}
