using System.Linq;
using NUnit.Framework;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    [TestFixture]
    public sealed class PonimatorRigMapTests
    {
        private GameObject _character;

        [SetUp]
        public void Build() => _character = MadeCharacter.Build();

        [TearDown]
        public void Clear() => Object.DestroyImmediate(_character);

        [Test]
        public void KnownNamesGiveEveryJointThatIsNeeded()
        {
            PonimatorRigMap rig = PonimatorRigMap.Of(_character.transform, null, null, 0);
            Assert.That(rig.Map.Indices(rig.Rig).Count, Is.GreaterThanOrEqualTo(BodyJoints.Needed.Count));
            Assert.That(rig.Map.Bones["left_elbow"], Is.EqualTo("LeftForeArm"));
        }

        [Test]
        public void TheBindPoseIsThatOfTheTransformsWhereverTheCharacterStands()
        {
            PonimatorRigMap before = PonimatorRigMap.Of(_character.transform, null, null, 0);
            _character.transform.SetPositionAndRotation(new Vector3(3, 1, -2), Quaternion.Euler(0, 130, 0));
            PonimatorRigMap after = PonimatorRigMap.Of(_character.transform, null, null, 0);
            for (int bone = 0; bone < before.Rig.BoneCount; bone++)
            {
                Vector3d moved = after.Rig.BindPositions[bone] - before.Rig.BindPositions[bone];
                Assert.That(moved.Length, Is.LessThan(1e-6));
            }
            int hand = before.Rig.IndexOf("LeftHand");
            // Unity's left is −x, the canonical one +x.
            Assert.That(before.Rig.BindPositions[hand].X, Is.GreaterThan(0.5));
        }

        [Test]
        public void ASmallerCharacterHasASmallerBindPose()
        {
            double head = HeightOf("Head");
            _character.transform.localScale = new Vector3(0.5f, 0.5f, 0.5f);
            Assert.That(HeightOf("Head"), Is.EqualTo(head / 2).Within(1e-5));
        }

        [Test]
        public void AMapGivenGoesBeforeWhatNamesSay()
        {
            PonimatorRigMap found = PonimatorRigMap.Of(_character.transform, null, null, 0);
            string text = found.Map.ToText().Replace("neck = \"Neck\"\n", "");
            PonimatorRigMap given = PonimatorRigMap.Of(_character.transform, null, new TextAsset(text), 0);
            Assert.That(given.Map.Bones.ContainsKey("neck"), Is.False);
            Assert.That(given.Map.Bones.Count, Is.EqualTo(found.Map.Bones.Count - 1));
        }

        [Test]
        public void ABoneThatIsThereTwiceKeepsItsName()
        {
            var attached = new GameObject("LeftHand");
            attached.transform.SetParent(MadeCharacter.Find(_character, "LeftHand"), false);
            PonimatorRigMap rig = PonimatorRigMap.Of(_character.transform, null, null, 0);
            Assert.That(rig.Rig.Names.Count(name => name.StartsWith("LeftHand")), Is.EqualTo(2));
            Assert.That(rig.Bones[rig.Rig.IndexOf(rig.Map.Bones["left_wrist"])], Is.SameAs(attached.transform.parent));
        }

        private double HeightOf(string bone)
        {
            Rig rig = PonimatorRigMap.Of(_character.transform, null, null, 0).Rig;
            return rig.BindPositions[rig.IndexOf(bone)].Y;
        }
    }
}
