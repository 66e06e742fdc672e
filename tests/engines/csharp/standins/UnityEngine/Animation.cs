// Unity's humanoid avatars, as far as the plugin asks them.
using System.Collections.Generic;

namespace UnityEngine
{
    public enum HumanBodyBones
    {
        Hips, LeftUpperLeg, RightUpperLeg, LeftLowerLeg, RightLowerLeg, LeftFoot, RightFoot, Spine, Chest, Neck, Head,
        LeftShoulder, RightShoulder, LeftUpperArm, RightUpperArm, LeftLowerArm, RightLowerArm, LeftHand, RightHand,
        LeftToes, RightToes, LeftEye, RightEye, Jaw,
        LeftThumbProximal, LeftThumbIntermediate, LeftThumbDistal, LeftIndexProximal, LeftIndexIntermediate,
        LeftIndexDistal, LeftMiddleProximal, LeftMiddleIntermediate, LeftMiddleDistal, LeftRingProximal,
        LeftRingIntermediate, LeftRingDistal, LeftLittleProximal, LeftLittleIntermediate, LeftLittleDistal,
        RightThumbProximal, RightThumbIntermediate, RightThumbDistal, RightIndexProximal, RightIndexIntermediate,
        RightIndexDistal, RightMiddleProximal, RightMiddleIntermediate, RightMiddleDistal, RightRingProximal,
        RightRingIntermediate, RightRingDistal, RightLittleProximal, RightLittleIntermediate, RightLittleDistal,
        UpperChest, LastBone,
    }

    public struct SkeletonBone
    {
        public string name;
        public Vector3 position;
        public Quaternion rotation;
        public Vector3 scale;
    }

    public struct HumanDescription
    {
        public SkeletonBone[] skeleton { get; set; }
    }

    public class Avatar : Object
    {
        public bool isValid { get; set; }
        public bool isHuman { get; set; }
        public HumanDescription humanDescription { get; set; }
    }

    public class RuntimeAnimatorController : Object
    {
    }

    public class Animator : Behaviour
    {
        /// <summary>The tests' way to say which bone is which; Unity reads it from the avatar.</summary>
        public Dictionary<HumanBodyBones, Transform> Bones { get; } = new Dictionary<HumanBodyBones, Transform>();

        public Avatar avatar { get; set; }
        public RuntimeAnimatorController runtimeAnimatorController { get; set; }
        public bool isHuman => avatar != null && avatar.isHuman;

        public Transform GetBoneTransform(HumanBodyBones bone) => Bones.TryGetValue(bone, out Transform found) ? found : null;
    }
}
