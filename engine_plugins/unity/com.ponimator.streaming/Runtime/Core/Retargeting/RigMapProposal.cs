#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>A map for an unknown rig, from the names of its bones and how they hang on each other.</summary>
    public sealed class RigMapProposal
    {
        /// <summary>The source of what is no preset.</summary>
        public const string Proposed = "proposed";

        private const double NeededShare = 0.8;
        private static readonly string[] _face = { "jaw", "left_eye_smplhf", "right_eye_smplhf" };

        private RigMapProposal(RigMap map, string source)
        {
            Source = source;
            string[] others = BodyJoints.Names.Except(BodyJoints.Needed).Except(_face).ToArray();
            Map = map;
            Missing = Absent(BodyJoints.Needed, "needed").Concat(Absent(others, "optional")).ToArray();
            IsComplete = BodyJoints.Needed.All(map.Bones.ContainsKey);
            Score = (NeededShare * Share(BodyJoints.Needed)) + ((1 - NeededShare) * Share(others));
        }

        /// <summary>What was found.</summary>
        public RigMap Map { get; }

        /// <summary>Where it is from: the name of a preset, or <see cref="Proposed"/>.</summary>
        public string Source { get; }

        /// <summary>1 where every joint was, 0.8 where all needed ones were and nothing else; the face does not count.</summary>
        public double Score { get; }

        /// <summary>For each joint without a bone one line that says so, needed ones first.</summary>
        public IReadOnlyList<string> Missing { get; }

        /// <summary>Whether all needed joints were found.</summary>
        public bool IsComplete { get; }

        /// <summary>The most likely map of a humanoid rig.</summary>
        /// <param name="names">Of the bones.</param>
        /// <param name="parents">Of each bone, −1 for a root; a parent stands before its children.</param>
        public static RigMapProposal Of(IReadOnlyList<string> names, IReadOnlyList<int> parents)
        {
            Dictionary<string, int> found = new RigReading(names, parents).Read();
            return new RigMapProposal(
                new RigMap(found.ToDictionary(pair => pair.Key, pair => names[pair.Value])), Proposed);
        }

        /// <summary>The preset that finds most of the rig's joints; a proposal where that finds more.</summary>
        /// <param name="names">Of the bones.</param>
        /// <param name="parents">Of each bone, −1 for a root; a parent stands before its children.</param>
        /// <param name="presets">By name.</param>
        public static RigMapProposal Best(
            IReadOnlyList<string> names, IReadOnlyList<int> parents, IEnumerable<KeyValuePair<string, RigMap>> presets)
        {
            RigMapProposal? best = null;
            foreach (KeyValuePair<string, RigMap> preset in presets)
            {
                var one = new RigMapProposal(preset.Value.InNamesOf(names), preset.Key);
                best = best is null || one.Score > best.Score ? one : best;
            }
            RigMapProposal proposed = Of(names, parents);
            // Of equals the preset: it knows what its bones are, a proposal guesses.
            return best is null || proposed.Score > best.Score ? proposed : best;
        }

        private IEnumerable<string> Absent(IEnumerable<string> joints, string how) =>
            from joint in joints
            where !Map.Bones.ContainsKey(joint)
            select $"{joint} ({how}): {LookedFor(joint)}";

        private double Share(IReadOnlyCollection<string> joints) =>
            (double)joints.Count(Map.Bones.ContainsKey) / joints.Count;

        private static string LookedFor(string joint)
        {
            int cut = joint.LastIndexOf('_');
            string place = cut > 0 ? " on the " + joint.Substring(0, cut) : "";
            string part = joint.Substring(cut + 1);
            if (RigReading.Like.TryGetValue(part, out string[] words))
            {
                return $"no bone{place} is called like {string.Join(", ", words)}";
            }
            return part.StartsWith("spine", StringComparison.Ordinal)
                ? "there is no such bone between pelvis and shoulders"
                : $"no such finger bone{place}";
        }
    }
}
