using System;
using System.Collections.Generic;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>A character that can be driven: its rig, and its own animation blended out and in again.</summary>
    /// <remarks>
    /// The bind pose is read when the component awakes: of a humanoid avatar from the avatar, of another rig from its
    /// transforms as they stand then.
    /// </remarks>
    [AddComponentMenu("Ponimator/Ponimator Character")]
    [DefaultExecutionOrder(200)]
    [DisallowMultipleComponent]
    public sealed class PonimatorCharacter : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Which bone is which joint, lines of joint = \"bone\"; empty: found by itself")]
        private TextAsset rigMap;

        [SerializeField]
        [Tooltip("Height of the soles above this object in the bind pose, metres")]
        private float soleHeight;

        [SerializeField]
        [Tooltip("What the motion does with this object's own transform")]
        private RootMode rootMotion = RootMode.World;

        [SerializeField]
        [Min(0)]
        [Tooltip("How long the character's own animation is blended out and in again, seconds")]
        private float blend = 0.3f;

        [SerializeField]
        [Tooltip("Ten numbers of its body shape in SMPL-X; empty: the mean body")]
        private double[] shape = Array.Empty<double>();

        private PonimatorRigMap _rig;
        private Animator _animator;
        private bool[] _moved;
        private PosedRig _posed;
        private ActorRoot _root;
        private ActorRoot? _rootBefore;
        private OwnPose _own;
        private float _weight;
        private bool _shown;

        /// <summary>Its bones; null where none fit, which was said in the console.</summary>
        public PonimatorRigMap Rig => _rig;

        /// <summary>How much of the motion shows now, 0 to 1.</summary>
        public float Weight => _weight;

        /// <summary>Ten numbers of its body shape; null: the mean body.</summary>
        public IReadOnlyList<double> Shape => shape.Length == 0 ? null : shape;

        /// <summary>Which bone is which joint; takes effect with <see cref="ReadRig"/>.</summary>
        public TextAsset RigMapAsset
        {
            get => rigMap;
            set => rigMap = value;
        }

        /// <summary>What the motion does with this object's own transform.</summary>
        public RootMode RootMotion
        {
            get => rootMotion;
            set => rootMotion = value;
        }

        /// <summary>How long the character's own animation is blended out and in again, seconds.</summary>
        public float Blend
        {
            get => blend;
            set => blend = value;
        }

        /// <summary>Reads the bones again, in the bind pose unless they have a humanoid avatar.</summary>
        /// <exception cref="RigException">No body can be retargeted to these bones.</exception>
        public void ReadRig()
        {
            _animator = GetComponentInChildren<Animator>();
            _rig = null;
            PonimatorRigMap read = PonimatorRigMap.Of(transform, _animator, rigMap, soleHeight);
            _moved = MovedBones(read);
            _rig = read;
            _own = new OwnPose(_rig.Bones);
            _weight = 0;
            _shown = false;
        }

        /// <summary>Shows a pose in this frame; in one without a call the character begins to return to its own.</summary>
        /// <param name="posed">Its rig, in the world.</param>
        /// <param name="root">Where it stands, in the world.</param>
        public void Show(PosedRig posed, ActorRoot root)
        {
            _posed = posed;
            _root = root;
            _shown = true;
        }

        /// <summary>Where it stands and looks, for a trigger.</summary>
        internal Root LiveRoot(FittedRig fitted)
        {
            Vector3d hips = BonePlace(fitted, "left_hip") + BonePlace(fitted, "right_hip");
            Vector3d ground = UnityFrames.ToCanonical(transform.position);
            Quaterniond turned = UnityFrames.ToCanonical(transform.rotation) * fitted.ToFront.Inverse;
            Vector3d front = turned * new Vector3d(0, 0, 1);
            return new Root(
                new Vector3d(hips.X / 2, ground.Y, hips.Z / 2),
                Math.Atan2(front.X, front.Z));
        }

        /// <summary>Its pose, for a trigger.</summary>
        internal BodyPose LivePose(FittedRig fitted, double floor)
        {
            var rotations = new Quaterniond[_rig.Bones.Count];
            for (int i = 0; i < rotations.Length; i++)
            {
                rotations[i] = UnityFrames.ToCanonical(_rig.Bones[i].rotation);
            }
            return Core.LivePose.Of(
                fitted, rotations, BonePlace(fitted, "left_hip"), BonePlace(fitted, "right_hip"), floor);
        }

        private Vector3d BonePlace(FittedRig fitted, string joint) =>
            UnityFrames.ToCanonical(_rig.Bones[fitted.BoneOf(BodyJoints.Index(joint))].position);

        private void Awake()
        {
            try
            {
                ReadRig();
            }
            catch (RigException error)
            {
                Debug.LogError($"{name}: {error.Message}", this);
            }
        }

        private void OnDisable()
        {
            _weight = 0;
            _shown = false;
            _rootBefore = null;
        }

        private void LateUpdate()
        {
            if (_posed == null || (!_shown && _weight <= 0))
            {
                return;
            }
            if (_weight <= 0)
            {
                _own.Keep();
                _rootBefore = null;
            }
            float step = blend > 0 ? Time.deltaTime / blend : 1;
            _weight = Mathf.MoveTowards(_weight, _shown ? 1 : 0, step);
            bool isAnimated = _animator != null && _animator.isActiveAndEnabled && _animator.runtimeAnimatorController != null;
            if (!isAnimated)
            {
                // Nothing else writes the bones: what is blended with is what they were before.
                _own.Restore();
            }
            Apply(Mathf.SmoothStep(0, 1, _weight));
            _shown = false;
        }

        private void Apply(float share)
        {
            // An actor in the world stands below the body, so that culling, shadows and cameras find it there.
            RootMode mode = rootMotion == RootMode.Delta ? RootMode.Delta : RootMode.InPlace;
            RootedPose rooted = RootedPose.Of(_posed, _root, mode, _rootBefore);
            MoveRoot(rooted, share);
            _rootBefore = _root;
            IReadOnlyList<Transform> bones = _rig.Bones;
            for (int i = 0; i < bones.Count; i++)
            {
                if (_moved[i])
                {
                    Quaternion turned = UnityFrames.FromCanonical(rooted.Pose.Rotations[i]);
                    bones[i].localRotation = Quaternion.Slerp(bones[i].localRotation, turned, share);
                }
            }
            Transform carrier = bones[rooted.Pose.Carrier];
            Vector3 scale = carrier.parent.lossyScale;
            Vector3 place = UnityFrames.FromCanonical(rooted.Pose.CarrierPosition);
            place = new Vector3(place.x / scale.x, place.y / scale.y, place.z / scale.z);
            carrier.localPosition = Vector3.Lerp(carrier.localPosition, place, share);
        }

        private void MoveRoot(RootedPose rooted, float share)
        {
            Quaternion fromFront = UnityFrames.FromCanonical(_posed.Fitted.ToFront);
            if (rootMotion == RootMode.World)
            {
                Quaternion rotation = UnityFrames.FromCanonical(RootedPose.WorldFromActor(_posed.Fitted, _root.YawRad));
                transform.SetPositionAndRotation(
                    Vector3.Lerp(transform.position, UnityFrames.FromCanonical(_root.Position), share),
                    Quaternion.Slerp(transform.rotation, rotation, share));
            }
            else if (rootMotion == RootMode.Delta)
            {
                Quaternion front = transform.rotation * Quaternion.Inverse(fromFront);
                Quaternion turn = Quaternion.AngleAxis(
                    share * UnityFrames.YawDegrees(rooted.TurnRad), Vector3.up);
                transform.SetPositionAndRotation(
                    transform.position + share * (front * UnityFrames.FromCanonical(rooted.Move)),
                    front * turn * fromFront);
            }
        }

        /// <summary>The carrier, and below it what stands for a joint or carries something that does.</summary>
        private static bool[] MovedBones(PonimatorRigMap rig)
        {
            var moved = new bool[rig.Bones.Count];
            foreach (int bone in rig.Map.Indices(rig.Rig).Values)
            {
                for (int up = bone; up >= 0 && !moved[up]; up = rig.Rig.Parents[up])
                {
                    moved[up] = true;
                }
            }
            return moved;
        }
    }
}
