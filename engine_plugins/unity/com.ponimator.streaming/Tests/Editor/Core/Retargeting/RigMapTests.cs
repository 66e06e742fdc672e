#nullable enable

using System;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class RigMapTests
    {
        [Test]
        public void LinesAreReadAndWrittenTheSame()
        {
            RigMap map = RigMap.Parse(
                "# a preset\r\n\r\npelvis = \"mixamorig:Hips\"\r\n  left_hip=\"Left \\\"Leg\\\"\"  # quoted\n");
            Assert.That(map.Bones["pelvis"], Is.EqualTo("mixamorig:Hips"));
            Assert.That(map.Bones["left_hip"], Is.EqualTo("Left \"Leg\""));
            RigMap again = RigMap.Parse(map.ToText());
            Assert.That(again.Bones.Count, Is.EqualTo(2));
            Assert.That(again.Bones["left_hip"], Is.EqualTo(map.Bones["left_hip"]));
        }

        [TestCase("pelvis = Hips")]
        [TestCase("pelvis")]
        [TestCase("pelvis = \"Hips")]
        [TestCase("pelvis = \"\"")]
        [TestCase("pelvis = \"Hips\" more")]
        [TestCase("pelvis = \"a\"\npelvis = \"b\"")]
        public void ALineThatIsNoneIsRefused(string text) =>
            Assert.Throws<RigException>(() => RigMap.Parse(text));

        [TestCase("left_knee", null, "without which no body can be posed")]
        [TestCase("left_knee", "left_hip", "it can be only one joint")]
        [TestCase("left_knee", "nowhere", "The rig has no bone 'nowhere'")]
        [TestCase("left_knee", "right_collar", "must hang on")]
        [TestCase("left_nee", "neck", "is no SMPL-X joint")]
        public void AMapThatDoesNotFitSaysWhy(string joint, string? bone, string said)
        {
            RetargetGolden one = RetargetGolden.All().First();
            var bones = BodyJoints.Needed.ToDictionary(name => name, name => name);
            bones.Remove(joint);
            if (bone != null)
            {
                bones[joint] = bone;
            }
            var error = Assert.Throws<RigException>(() => new RigMap(bones).Indices(one.Fitted[0].Rig));
            Assert.That(error.Message.Contains(said), error.Message);
        }

        [Test]
        public void AParentBehindItsChildIsRefused()
        {
            Quaterniond[] turns = { Quaterniond.Identity, Quaterniond.Identity };
            Assert.Throws<RigException>(() => new Rig(new[] { "a", "b" }, new[] { 1, -1 }, turns, new Vector3d[2]));
            Assert.Throws<RigException>(() => new Rig(new[] { "a", "a" }, new[] { -1, 0 }, turns, new Vector3d[2]));
            Assert.Throws<RigException>(() => new Rig(new[] { "a", "b" }, new[] { -1, 0 }, turns, new Vector3d[1]));
            turns[1] = new Quaterniond(0, 0, 0, 2);
            Assert.Throws<RigException>(() => new Rig(new[] { "a", "b" }, new[] { -1, 0 }, turns, new Vector3d[2]));
        }
    }
}
