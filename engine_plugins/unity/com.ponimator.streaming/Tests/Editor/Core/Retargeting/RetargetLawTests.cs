#nullable enable

using System;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>What holds for every rig and every motion.</summary>
    [TestFixture]
    public sealed class RetargetLawTests
    {
        [Test]
        public void ALivePoseRetargetedIsTheRigsPose()
        {
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                var first = new PairRetargeter(one.Fitted[0], one.Fitted[1], RetargetStage.Body, 0.1, approach: false);
                var again = new PairRetargeter(one.Fitted[0], one.Fitted[1], RetargetStage.Body, 0.1, approach: false);
                RetargetGolden.Follow(first, one.Frames[0]);
                again.Follow(new[] { Live(first, 0), Live(first, 1) }, Array.Empty<ShownContact>(), 0);
                for (int person = 0; person < 2; person++)
                {
                    for (int bone = 0; bone < one.Fitted[person].Rig.BoneCount; bone++)
                    {
                        if (IsOfHand(one.Fitted[person], bone))
                        {
                            continue;
                        }
                        PosedRig before = first.Body(person);
                        PosedRig after = again.Body(person);
                        Assert.That((before.Position(bone) - after.Position(bone)).Length, Is.LessThan(1e-9));
                        Assert.That(Quaterniond.Angle(before.Rotation(bone), after.Rotation(bone)), Is.LessThan(1e-9));
                    }
                }
            }
        }

        [Test]
        public void BonesKeepTheirLengths()
        {
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                PairRetargeter retargeter = one.Begin(RetargetStage.Hands);
                foreach (var frame in one.Frames)
                {
                    RetargetGolden.Follow(retargeter, frame);
                    for (int person = 0; person < 2; person++)
                    {
                        PosedRig posed = retargeter.Body(person);
                        Rig rig = one.Fitted[person].Rig;
                        for (int bone = 0; bone < rig.BoneCount; bone++)
                        {
                            int parent = rig.Parents[bone];
                            if (parent >= 0 && rig.IsBelow(parent, one.Fitted[person].Carrier))
                            {
                                double length = (posed.Position(bone) - posed.Position(parent)).Length;
                                double bound = (rig.BindPositions[bone] - rig.BindPositions[parent]).Length;
                                Assert.That(length, Is.EqualTo(bound).Within(1e-9));
                            }
                        }
                    }
                }
            }
        }

        [Test]
        public void WhereHandsTouchTheyAreAtMostTwoCentimetresFromTheirGoals()
        {
            double farthest = 0;
            int touching = 0;
            foreach (RetargetGolden one in RetargetGolden.All().Where(one => one.Name == "handshake"))
            {
                PairRetargeter retargeter = one.Begin(RetargetStage.Hands);
                foreach (var frame in one.Frames)
                {
                    RetargetGolden.Follow(retargeter, frame);
                    for (int hand = 0; hand < 4; hand++)
                    {
                        (int person, int side) = (hand / 2, hand % 2);
                        HandGoal goal = retargeter.GoalOf(person, side);
                        if (goal.Weight > 0.999)
                        {
                            PosedRig posed = retargeter.Body(person);
                            Vector3d wrist = posed.Position(posed.Fitted.BoneOf(Joint.Wrists[side]));
                            farthest = Math.Max(farthest, (wrist - goal.Place).Length);
                            touching++;
                        }
                    }
                }
            }
            Console.WriteLine($"  {touching} touching hands, at most {farthest * 100:0.00} cm from their goals");
            Assert.That(touching, Is.GreaterThan(0));
            Assert.That(farthest, Is.LessThan(0.02));
        }

        private static PersonPose Live(PairRetargeter retargeter, int person)
        {
            PosedRig posed = retargeter.Body(person);
            Quaterniond[] turns = Enumerable.Range(0, posed.Fitted.Rig.BoneCount).Select(posed.Rotation).ToArray();
            BodyPose live = LivePose.Of(
                posed.Fitted, turns, posed.Joint(Joint.Hips[0]), posed.Joint(Joint.Hips[1]), floor: 0.1);
            var pose = new PersonPose { Translation = live.Translation };
            live.Rotations.ToArray().CopyTo(pose.Rotations, 0);
            return pose;
        }

        /// <summary>A live pose has the body's 22 joints, no fingers and no face.</summary>
        private static bool IsOfHand(FittedRig fitted, int bone) =>
            Enumerable.Range(WireLimits.BodyJointCount, WireLimits.JointCount - WireLimits.BodyJointCount)
                .Any(joint => fitted.BoneOf(joint) >= 0 && fitted.Rig.IsBelow(bone, fitted.BoneOf(joint)));
    }
}
