using System.Collections.Generic;
using System.Linq;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>The bones of one character: its transforms, the pose they were bound in, and which is which joint.</summary>
    /// <remarks>
    /// The map comes from the text asset given, else from a humanoid avatar, else from the bones' names and hierarchy.
    /// </remarks>
    public sealed class PonimatorRigMap
    {
        /// <summary>Where `ponimator plugin install` puts the presets, below a folder called Resources.</summary>
        public const string PresetFolder = "PonimatorRigs/";

        private const string HumanoidPreset = "unity_humanoid";

        private PonimatorRigMap(Transform[] bones, Rig rig, RigMap map, string source)
        {
            Bones = bones;
            Rig = rig;
            Map = map;
            Source = source;
        }

        /// <summary>In the rig's order: parents before children, the character's own transform not among them.</summary>
        public IReadOnlyList<Transform> Bones { get; }

        /// <summary>The bind pose.</summary>
        public Rig Rig { get; }

        /// <summary>Which bone is which joint.</summary>
        public RigMap Map { get; }

        /// <summary>Where the map came from, for people.</summary>
        public string Source { get; }

        /// <summary>Reads a character's bones; it has to be in its bind pose, unless it has a humanoid avatar.</summary>
        /// <param name="root">The character's own transform.</param>
        /// <param name="animator">Its animator; null for none.</param>
        /// <param name="map">Lines of <c>joint = "bone"</c>; null: to be found.</param>
        /// <param name="soleHeight">Where its soles are in the bind pose, above its own transform, metres.</param>
        /// <exception cref="RigException">No body can be retargeted to these bones.</exception>
        public static PonimatorRigMap Of(Transform root, Animator animator, TextAsset map, float soleHeight)
        {
            var bones = new List<Transform>();
            Collect(root, bones);
            string[] names = UniqueNames(bones);
            bool isHuman = animator != null && animator.isHuman;
            Rig rig = BindPose(root, bones, names, isHuman ? animator.avatar : null, soleHeight);
            if (map != null)
            {
                return new PonimatorRigMap(bones.ToArray(), rig, RigMap.Parse(map.text), map.name);
            }
            TextAsset preset = isHuman ? Resources.Load<TextAsset>(PresetFolder + HumanoidPreset) : null;
            return preset != null
                ? new PonimatorRigMap(bones.ToArray(), rig, Humanoid(animator, preset, bones, names), "humanoid avatar")
                : Proposed(bones, rig);
        }

        /// <summary>The preset that fits these bones best, or what their names and hierarchy say.</summary>
        internal static RigMapProposal Propose(Rig rig) => RigMapProposal.Best(
            rig.Names,
            rig.Parents,
            from preset in Resources.LoadAll<TextAsset>(PresetFolder.TrimEnd('/'))
            orderby preset.name
            select new KeyValuePair<string, RigMap>(preset.name, RigMap.Parse(preset.text)));

        private static PonimatorRigMap Proposed(List<Transform> bones, Rig rig)
        {
            RigMapProposal proposal = Propose(rig);
            string source = proposal.Source == RigMapProposal.Proposed ? "names and hierarchy" : proposal.Source;
            return new PonimatorRigMap(bones.ToArray(), rig, proposal.Map, source);
        }

        private static void Collect(Transform parent, List<Transform> bones)
        {
            for (int i = 0; i < parent.childCount; i++)
            {
                bones.Add(parent.GetChild(i));
                Collect(parent.GetChild(i), bones);
            }
        }

        private static string[] UniqueNames(List<Transform> bones)
        {
            var taken = new HashSet<string>();
            var names = new string[bones.Count];
            for (int i = 0; i < names.Length; i++)
            {
                names[i] = bones[i].name;
                // The first of a name keeps it: attachments that repeat a bone's name hang below it.
                for (int copy = 2; !taken.Add(names[i]); copy++)
                {
                    names[i] = $"{bones[i].name}#{copy}";
                }
            }
            return names;
        }

        private static RigMap Humanoid(Animator animator, TextAsset preset, List<Transform> bones, string[] names)
        {
            var found = new Dictionary<string, string>();
            foreach (KeyValuePair<string, string> pair in RigMap.Parse(preset.text).Bones)
            {
                bool isBone = System.Enum.TryParse(pair.Value, out HumanBodyBones bone);
                int index = isBone ? bones.IndexOf(animator.GetBoneTransform(bone)) : -1;
                // An avatar may leave out fingers, toes, chest and shoulders.
                if (index >= 0)
                {
                    found.Add(pair.Key, names[index]);
                }
            }
            return new RigMap(found);
        }

        private static Rig BindPose(Transform root, List<Transform> bones, string[] names, Avatar avatar, float soleHeight)
        {
            Dictionary<string, SkeletonBone> bound = avatar == null
                ? new Dictionary<string, SkeletonBone>()
                : avatar.humanDescription.skeleton
                    .GroupBy(bone => bone.name)
                    .ToDictionary(same => same.Key, same => same.First());
            int[] parents = bones.Select(bone => bones.IndexOf(bone.parent)).ToArray();
            var positions = new Vector3[bones.Count];
            var rotations = new Quaternion[bones.Count];
            var scales = new Vector3[bones.Count];
            for (int i = 0; i < bones.Count; i++)
            {
                bool isBound = bound.TryGetValue(bones[i].name, out SkeletonBone bone);
                int up = parents[i];
                Vector3 offset = Vector3.Scale(
                    up < 0 ? root.lossyScale : scales[up], isBound ? bone.position : bones[i].localPosition);
                Quaternion turn = isBound ? bone.rotation : bones[i].localRotation;
                positions[i] = up < 0 ? offset : positions[up] + rotations[up] * offset;
                rotations[i] = up < 0 ? turn : rotations[up] * turn;
                scales[i] = bones[i].lossyScale;
            }
            return new Rig(
                names, parents, rotations.Select(UnityFrames.ToCanonical), positions.Select(UnityFrames.ToCanonical), soleHeight);
        }
    }
}
