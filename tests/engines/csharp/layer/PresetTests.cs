using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;
using Ponimator.Core;
using Ponimator.Core.Tests;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>The presets as `ponimator plugin install` lays them down, and rigs that they fit.</summary>
    [TestFixture]
    public sealed class PresetTests
    {
        private readonly Dictionary<Transform, string> _names = new Dictionary<Transform, string>();
        private GameObject _character;

        [SetUp]
        public void Begin()
        {
            string golden = Environment.GetEnvironmentVariable("PONIMATOR_GOLDEN");
            string folder = Path.Combine(golden, "..", "..", "..", "runtime", "ponimator_runtime", "rigs", "presets");
            foreach (string file in Directory.GetFiles(folder, "*.toml"))
            {
                string name = Path.GetFileNameWithoutExtension(file);
                Resources.Held[PonimatorRigMap.PresetFolder + name] = new TextAsset(File.ReadAllText(file)) { name = name };
            }
            _character = MadeCharacter.Build();
            _names.Clear();
        }

        [TearDown]
        public void End()
        {
            Resources.Held.Clear();
            UnityEngine.Object.DestroyImmediate(_character);
        }

        [Test]
        public void EveryPresetIsRead()
        {
            Assert.That(Resources.Held.Count, Is.GreaterThan(3));
            foreach (TextAsset preset in Resources.LoadAll<TextAsset>("PonimatorRigs"))
            {
                RigMap map = RigMap.Parse(preset.text);
                Assert.That(BodyJoints.Needed.All(map.Bones.ContainsKey), preset.name);
                Assert.That(map.Bones.Keys.All(BodyJoints.IsJoint), preset.name);
            }
        }

        [Test]
        public void AHumanoidAvatarSaysWhichBoneIsWhichAndHowItWasBound()
        {
            RigMap before = PonimatorRigMap.Of(_character.transform, null, null, 0).Map;
            Animator animator = Humanoid(before);
            // Neither names nor the pose that it stands in tell anything.
            MadeCharacter.Find(_character, "LeftArm").localRotation = Quaternion.Euler(0, 0, 70);
            Rename();
            PonimatorRigMap rig = PonimatorRigMap.Of(_character.transform, animator, null, 0);
            Assert.That(rig.Source, Is.EqualTo("humanoid avatar"));
            Assert.That(rig.Map.Indices(rig.Rig).Count, Is.EqualTo(animator.Bones.Count));
            Vector3d left = rig.Rig.BindPositions[rig.Rig.IndexOf(rig.Map.Bones["left_wrist"])];
            Vector3d right = rig.Rig.BindPositions[rig.Rig.IndexOf(rig.Map.Bones["right_wrist"])];
            Assert.That((left - new Vector3d(-right.X, right.Y, right.Z)).Length, Is.LessThan(1e-6));
        }

        [Test]
        public void MixamosNamesAreKnownWithAnyPrefix()
        {
            string[] names = Golden.Json("retarget.json")["proposals"].Items().Select(one => one.Map())
                .Single(one => (string)one["rig"] == "mixamo")["bones"].Items()
                .Select(name => ((string)name).Replace("mixamorig:", "mixamorig7:")).ToArray();
            IEnumerable<KeyValuePair<string, RigMap>> presets = Resources.LoadAll<TextAsset>("PonimatorRigs")
                .Select(preset => new KeyValuePair<string, RigMap>(preset.name, RigMap.Parse(preset.text)));
            int[] parents = names.Select((name, bone) => bone - 1).ToArray();
            RigMapProposal best = RigMapProposal.Best(names, parents, presets);
            Assert.That(best.Source, Is.EqualTo("mixamo"));
            Assert.That(best.Map.Bones["left_knee"], Is.EqualTo("mixamorig7:LeftLeg"));
            Assert.That(best.IsComplete, Is.True);
        }

        private Animator Humanoid(RigMap map)
        {
            Animator animator = _character.AddComponent<Animator>();
            RigMap preset = RigMap.Parse(Resources.Load<TextAsset>(PonimatorRigMap.PresetFolder + "unity_humanoid").text);
            var bound = new List<SkeletonBone>();
            int number = 0;
            foreach (KeyValuePair<string, string> pair in map.Bones)
            {
                Transform bone = MadeCharacter.Find(_character, pair.Value);
                animator.Bones[(HumanBodyBones)Enum.Parse(typeof(HumanBodyBones), preset.Bones[pair.Key])] = bone;
                bound.Add(new SkeletonBone { name = $"b{++number}", position = bone.localPosition, rotation = bone.localRotation });
                _names[bone] = $"b{number}";
            }
            animator.avatar = new Avatar { isValid = true, isHuman = true, humanDescription = new HumanDescription { skeleton = bound.ToArray() } };
            return animator;
        }

        private void Rename()
        {
            foreach (KeyValuePair<Transform, string> pair in _names)
            {
                pair.Key.name = pair.Value;
            }
        }
    }
}
