#nullable enable

using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace Ponimator.Core
{
    /// <summary>What a bone's name says: left, right or neither, and its words.</summary>
    internal sealed class BoneName
    {
        private static readonly Regex _parts = new Regex(@"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+");

        private static readonly Dictionary<string, string> _sides = new Dictionary<string, string>
        {
            ["l"] = "left",
            ["left"] = "left",
            ["r"] = "right",
            ["right"] = "right",
        };

        private static readonly HashSet<string> _noise = new HashSet<string>
        {
            "armature", "b", "base", "bend", "bip", "bone", "c", "cc", "ch", "char", "character", "def", "f", "g", "j",
            "jnt", "joint", "m", "mixamorig", "org", "rig", "sk", "skeleton",
        };

        private static readonly HashSet<string> _helpers = new HashSet<string>
        {
            "aim", "attach", "bendy", "corrective", "ctrl", "control", "driver", "effector", "end", "fk", "gun",
            "helper", "ik", "jiggle", "leaf", "mch", "nub", "parent", "pole", "roll", "socket", "share", "target", "tip",
            "tweak", "twist", "virtual", "vb", "weapon",
        };

        private readonly string _words;

        internal BoneName(string name)
        {
            var words = new List<string>();
            string plain = name.Substring(name.LastIndexOfAny(new[] { ':', '|' }) + 1);
            foreach (Match match in _parts.Matches(plain))
            {
                string part = match.Value.ToLowerInvariant();
                foreach (string side in BodyJoints.Sides)
                {
                    if (part.Length > side.Length && part.StartsWith(side, System.StringComparison.Ordinal))
                    {
                        (Side, part) = (side, part.Substring(side.Length));
                    }
                }
                if (_sides.TryGetValue(part, out string told))
                {
                    Side = told;
                }
                else if (!char.IsDigit(part[0]) && !_noise.Contains(part))
                {
                    words.Add(part);
                }
            }
            Joined = string.Concat(words);
            IsHelper = words.Any(_helpers.Contains);
            _words = string.Join(" ", words);
        }

        /// <summary>"left", "right" or "".</summary>
        internal string Side { get; } = "";

        /// <summary>Its words as one.</summary>
        internal string Joined { get; }

        /// <summary>Whether it only helps others: twist, inverse kinematics, ends.</summary>
        internal bool IsHelper { get; }

        /// <summary>Whether another bone is called the same, numbers left out.</summary>
        internal bool IsLike(BoneName other) => Side == other.Side && _words == other._words;

        internal bool IsCalled(string side, string[] words) =>
            Side == side && !IsHelper && System.Array.IndexOf(words, Joined) >= 0;
    }
}
