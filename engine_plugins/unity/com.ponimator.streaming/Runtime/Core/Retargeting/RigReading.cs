#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>One rig being read: limbs from their ends upwards, then what lies between them.</summary>
    internal sealed class RigReading
    {
        private const int Segments = 3;

        private static readonly Dictionary<string, string[]> _like = new Dictionary<string, string[]>
        {
            ["ankle"] = new[] { "ankle", "foot" },
            ["foot"] = new[] { "toe", "toes", "toebase", "ball", "toebone", "foot" },
            ["knee"] = new[] { "calf", "shin", "lowerleg", "lowleg", "leg", "knee", "leglower", "crus" },
            ["hip"] = new[] { "thigh", "upleg", "upperleg", "leg", "hip", "legupper", "upperthigh" },
            ["wrist"] = new[] { "hand", "wrist", "palm" },
            ["elbow"] = new[] { "forearm", "lowerarm", "lowarm", "elbow", "armlower", "underarm" },
            ["shoulder"] = new[] { "upperarm", "uparm", "arm", "shoulder", "shldr", "armupper" },
            ["collar"] = new[] { "clavicle", "collar", "collarbone", "shoulder", "scapula" },
            ["pelvis"] = new[] { "hips", "hip", "pelvis" },
            ["neck"] = new[] { "neck" },
            ["head"] = new[] { "head" },
        };

        private static readonly (string Word, string Finger)[] _fingers =
        {
            ("thumb", "thumb"), ("index", "index"), ("middle", "middle"), ("ring", "ring"), ("pinky", "pinky"),
            ("little", "pinky"),
        };

        private readonly IReadOnlyList<int> _parents;
        private readonly BoneName[] _read;
        private readonly Dictionary<string, int> _found = new Dictionary<string, int>();

        internal RigReading(IReadOnlyList<string> names, IReadOnlyList<int> parents)
        {
            _parents = parents;
            _read = names.Select(name => new BoneName(name)).ToArray();
        }

        /// <summary>What bones of each part of the body are called; more on the left of a list is more likely.</summary>
        internal static IReadOnlyDictionary<string, string[]> Like => _like;

        /// <summary>Bone by joint name.</summary>
        internal Dictionary<string, int> Read()
        {
            foreach (string side in BodyJoints.Sides)
            {
                ReadLimb(side, "ankle", "knee", "hip");
                ReadLimb(side, "wrist", "elbow", "shoulder", "collar");
                ReadToe(side);
                ReadFingers(side);
            }
            ReadTrunk();
            return _found;
        }

        /// <summary>From hand or foot upwards: a name that means two things is told by what came below it.</summary>
        private void ReadLimb(string side, params string[] joints)
        {
            int bone = -1;
            foreach (string word in _like[joints[0]])
            {
                bone = bone >= 0 ? bone : First(side, new[] { word });
            }
            for (int part = 0; part < joints.Length && bone >= 0; part++)
            {
                bone = part == 0 ? bone : Above(bone, side, _like[joints[part]]);
                if (bone >= 0)
                {
                    bone = Uppermost(bone);
                    _found[$"{side}_{joints[part]}"] = bone;
                }
            }
        }

        private void ReadToe(string side)
        {
            if (!_found.TryGetValue(side + "_ankle", out int ankle))
            {
                return;
            }
            int toe = Array.FindIndex(_read, ankle + 1, name => name.IsCalled(side, _like["foot"]));
            while (toe >= 0 && !IsBelow(toe, ankle))
            {
                toe = Array.FindIndex(_read, toe + 1, name => name.IsCalled(side, _like["foot"]));
            }
            if (toe >= 0)
            {
                _found[side + "_foot"] = toe;
            }
        }

        private void ReadFingers(string side)
        {
            if (!_found.TryGetValue(side + "_wrist", out int wrist))
            {
                return;
            }
            var chains = new Dictionary<string, List<int>>();
            for (int bone = 0; bone < _read.Length; bone++)
            {
                BoneName name = _read[bone];
                string? finger = _fingers.FirstOrDefault(one => name.Joined.Contains(one.Word)).Finger;
                bool isOfHand = finger != null && name.Side == side && !name.IsHelper && IsBelow(bone, wrist);
                if (isOfHand && (finger == "thumb" || !name.Joined.Contains("metacarpal")))
                {
                    chains[finger!] = chains.TryGetValue(finger!, out List<int> chain) ? chain : new List<int>();
                    chains[finger!].Add(bone);
                }
            }
            foreach (KeyValuePair<string, List<int>> chain in chains)
            {
                int segment = 1;
                foreach (int bone in chain.Value.OrderBy(Depth).Take(Segments))
                {
                    _found[$"{side}_{chain.Key}{segment++}"] = bone;
                }
            }
        }

        private void ReadTrunk()
        {
            int pelvis = First("", _like["pelvis"]);
            if (pelvis < 0 && Has("left_hip") && Has("right_hip"))
            {
                pelvis = Common(_found["left_hip"], _found["right_hip"]);
            }
            if (pelvis < 0)
            {
                return;
            }
            _found["pelvis"] = pelvis;
            (int left, int right) = (ArmRoot("left"), ArmRoot("right"));
            if (left >= 0 && right >= 0)
            {
                ReadSpine(pelvis, Common(left, right));
            }
            ReadNeckAndHead();
        }

        /// <summary>Bottom, middle and top of the chain; of two the ends, one alone is the chest.</summary>
        private void ReadSpine(int pelvis, int top)
        {
            var chain = new List<int>();
            while (top >= 0 && top != pelvis)
            {
                if (Array.IndexOf(_like["neck"], _read[top].Joined) < 0)
                {
                    chain.Insert(0, top);
                }
                top = _parents[top];
            }
            if (top != pelvis || chain.Count == 0)
            {
                return;
            }
            _found["spine3"] = chain[chain.Count - 1];
            if (chain.Count > 1)
            {
                _found["spine1"] = chain[0];
            }
            if (chain.Count > 2)
            {
                _found["spine2"] = chain[(chain.Count - 1) / 2];
            }
        }

        private void ReadNeckAndHead()
        {
            (int neck, int head) = (First("", _like["neck"]), First("", _like["head"]));
            if (neck < 0 && head < 0 && Has("spine3"))
            {
                // What goes on above the chest without a name of its own ends in the head.
                int next = ChildInMiddle(_found["spine3"]);
                for (int first = next; next >= 0; next = ChildInMiddle(next))
                {
                    (neck, head) = (next == first ? -1 : first, next);
                }
            }
            if (neck >= 0)
            {
                _found["neck"] = neck;
            }
            if (head >= 0)
            {
                _found["head"] = head;
            }
        }

        private bool Has(string joint) => _found.ContainsKey(joint);

        private int ArmRoot(string side)
        {
            bool isFound = _found.TryGetValue(side + "_collar", out int bone)
                || _found.TryGetValue(side + "_shoulder", out bone);
            return isFound ? bone : -1;
        }

        /// <summary>The first child that is neither left nor right, nor a helper; −1 where there is none.</summary>
        private int ChildInMiddle(int bone)
        {
            for (int child = bone + 1; child < _read.Length; child++)
            {
                if (_parents[child] == bone && _read[child].Side.Length == 0 && !_read[child].IsHelper)
                {
                    return child;
                }
            }
            return -1;
        }

        /// <summary>The bone nearest to the root that is called so; −1 where there is none.</summary>
        private int First(string side, string[] words)
        {
            int first = -1;
            for (int bone = 0; bone < _read.Length; bone++)
            {
                if (_read[bone].IsCalled(side, words) && (first < 0 || Depth(bone) < Depth(first)))
                {
                    first = bone;
                }
            }
            return first;
        }

        private int Above(int bone, string side, string[] words)
        {
            do
            {
                bone = _parents[bone];
            }
            while (bone >= 0 && !_read[bone].IsCalled(side, words));
            return bone;
        }

        /// <summary>Of a bone in segments that are all called alike the first one.</summary>
        private int Uppermost(int bone)
        {
            while (_parents[bone] >= 0 && _read[_parents[bone]].IsLike(_read[bone]))
            {
                bone = _parents[bone];
            }
            return bone;
        }

        private int Common(int a, int b)
        {
            while (b >= 0 && !IsBelow(a, b))
            {
                b = _parents[b];
            }
            return b;
        }

        private bool IsBelow(int bone, int ancestor)
        {
            while (bone > ancestor)
            {
                bone = _parents[bone];
            }
            return bone == ancestor;
        }

        private int Depth(int bone)
        {
            int depth = 0;
            for (; _parents[bone] >= 0; bone = _parents[bone])
            {
                depth++;
            }
            return depth;
        }
    }
}
