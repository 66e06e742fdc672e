#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>Which bone is which SMPL-X joint; joints without a bone are left out.</summary>
    public sealed class RigMap
    {
        /// <summary>A map.</summary>
        /// <param name="bones">Bone name by joint name.</param>
        public RigMap(IReadOnlyDictionary<string, string> bones)
        {
            Bones = bones;
        }

        /// <summary>Bone name by joint name.</summary>
        public IReadOnlyDictionary<string, string> Bones { get; }

        /// <summary>Reads lines of <c>joint = "bone"</c>; empty lines and comments are skipped.</summary>
        /// <exception cref="RigException">A line is something else.</exception>
        public static RigMap Parse(string text)
        {
            var bones = new Dictionary<string, string>();
            string[] lines = text.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].Trim();
                if (line.Length == 0 || line[0] == '#')
                {
                    continue;
                }
                (string joint, string bone) = ReadLine(line, i + 1);
                if (bones.ContainsKey(joint))
                {
                    throw new RigException($"Line {i + 1} of the map names {joint} for the second time.");
                }
                bones.Add(joint, bone);
            }
            return new RigMap(bones);
        }

        /// <summary>The map as <see cref="Parse"/> reads it.</summary>
        public string ToText()
        {
            var text = new StringBuilder();
            foreach (string joint in BodyJoints.Names.Where(Bones.ContainsKey))
            {
                string bone = Bones[joint].Replace("\\", "\\\\").Replace("\"", "\\\"");
                text.Append(joint).Append(" = \"").Append(bone).Append("\"\n");
            }
            return text.ToString();
        }

        /// <summary>In a rig's own names, which may have a prefix up to a colon; without joints that it lacks.</summary>
        public RigMap InNamesOf(IReadOnlyList<string> names)
        {
            var byPlainName = new Dictionary<string, string>();
            foreach (string name in names.Reverse())
            {
                byPlainName[Plain(name)] = name;
            }
            return new RigMap(Bones
                .Where(pair => byPlainName.ContainsKey(Plain(pair.Value)))
                .ToDictionary(pair => pair.Key, pair => byPlainName[Plain(pair.Value)]));
        }

        /// <summary>Bone index by joint name.</summary>
        /// <exception cref="RigException">The map does not fit the rig.</exception>
        public IReadOnlyDictionary<string, int> Indices(Rig rig)
        {
            CheckNames(rig);
            var found = new Dictionary<string, int>();
            foreach (string joint in BodyJoints.Names.Where(Bones.ContainsKey))
            {
                found.Add(joint, rig.IndexOf(Bones[joint]));
            }
            foreach ((string root, string middle, string end) in BodyJoints.Limbs)
            {
                CheckBelow(rig, found, middle, root);
                CheckBelow(rig, found, end, middle);
            }
            return found;
        }

        private static string Plain(string name) => name.Substring(name.LastIndexOf(':') + 1);

        private static (string Joint, string Bone) ReadLine(string line, int number)
        {
            int equals = line.IndexOf('=');
            string quoted = equals < 0 ? "" : line.Substring(equals + 1).Trim();
            var bone = new StringBuilder();
            int at = 1;
            while (at < quoted.Length && quoted[at] != '"')
            {
                at += quoted[at] == '\\' ? 1 : 0;
                bone.Append(at < quoted.Length ? quoted[at] : ' ');
                at++;
            }
            string rest = at + 1 < quoted.Length ? quoted.Substring(at + 1).TrimStart() : "";
            if (at >= quoted.Length || quoted[0] != '"' || bone.Length == 0 || (rest.Length > 0 && rest[0] != '#'))
            {
                throw new RigException($"Expected a line like left_knee = \"LeftLeg\"; line {number} is: {line}");
            }
            return (line.Substring(0, equals).Trim(), bone.ToString());
        }

        private void CheckNames(Rig rig)
        {
            string[] unknown = Bones.Keys.Where(joint => !BodyJoints.IsJoint(joint)).OrderBy(joint => joint).ToArray();
            if (unknown.Length > 0)
            {
                throw new RigException(
                    $"{string.Join(", ", unknown)} is no SMPL-X joint; joints are called "
                    + $"{string.Join(", ", BodyJoints.Names.Take(4))} …");
            }
            string[] absent = Bones.Values.Where(bone => rig.IndexOf(bone) < 0).Distinct().ToArray();
            if (absent.Length > 0)
            {
                throw new RigException(
                    $"The rig has no bone '{string.Join("', '", absent)}'; its {rig.BoneCount} bones begin with "
                    + $"'{string.Join("', '", rig.Names.Take(5))}'. Choose another preset, or mend the map.");
            }
            string[] missing = BodyJoints.Needed.Where(joint => !Bones.ContainsKey(joint)).ToArray();
            if (missing.Length > 0)
            {
                throw new RigException(
                    $"The map names no bone for {string.Join(", ", missing)}, without which no body can be posed.");
            }
            IGrouping<string, string> doubled =
                Bones.Keys.GroupBy(joint => Bones[joint]).FirstOrDefault(same => same.Count() > 1);
            if (doubled != null)
            {
                throw new RigException(
                    $"Bone '{doubled.Key}' stands for {string.Join(" and for ", doubled)}; it can be only one joint.");
            }
        }

        private void CheckBelow(Rig rig, IReadOnlyDictionary<string, int> found, string lower, string upper)
        {
            if (!rig.IsBelow(found[lower], found[upper]))
            {
                throw new RigException(
                    $"{lower} ('{Bones[lower]}') must hang on {upper} ('{Bones[upper]}'), and does not.");
            }
        }
    }
}
