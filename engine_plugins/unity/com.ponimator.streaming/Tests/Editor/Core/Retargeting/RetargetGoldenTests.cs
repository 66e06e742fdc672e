#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class RetargetGoldenTests
    {
        private static readonly double _metres = RetargetGolden.Tolerance("position_m");
        private static readonly double _radians = RetargetGolden.Tolerance("rotation_rad");

        [TestCase(RetargetStage.Body)]
        [TestCase(RetargetStage.Feet)]
        [TestCase(RetargetStage.Hands)]
        public void EveryStageIsThatOfTheGoldenFile(RetargetStage stage)
        {
            (double farthest, double widest) = (0, 0);
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                List<object?> expected = one.Expected["stages"].Map()[stage.ToString().ToLowerInvariant()].Items();
                Assert.That(expected.Count, Is.EqualTo(one.Frames.Length));
                PairRetargeter retargeter = one.Begin(stage);
                for (int frame = 0; frame < one.Frames.Length; frame++)
                {
                    RetargetGolden.Follow(retargeter, one.Frames[frame]);
                    for (int person = 0; person < 2; person++)
                    {
                        RigPose pose = retargeter.Body(person).Local();
                        Dictionary<string, object?> told = expected[frame].Items()[person].Map();
                        Quaterniond[] rotations = RetargetGolden.Rotations(told["rotations_xyzw"]);
                        Vector3d carrier = RetargetGolden.Vectors(told["carrier_position"])[0];
                        Vector3d hips = RetargetGolden.Vectors(told["hips_position"])[0];
                        double away = Math.Max((pose.CarrierPosition - carrier).Length, (pose.HipsPosition - hips).Length);
                        double turned = rotations.Select((turn, bone) => Quaterniond.Angle(turn, pose.Rotations[bone])).Max();
                        string where = $"{one.Name}, frame {frame}, person {person}";
                        Assert.That(away, Is.LessThan(_metres), where);
                        Assert.That(turned, Is.LessThan(_radians), where);
                        (farthest, widest) = (Math.Max(farthest, away), Math.Max(widest, turned));
                    }
                }
            }
            Console.WriteLine($"  {stage}: at most {farthest:e1} m and {widest:e1} rad from the reference");
        }

        [Test]
        public void RootsAndTheirWayAreThoseOfTheGoldenFile()
        {
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                PairRetargeter retargeter = one.Begin(RetargetStage.Hands);
                var before = new ActorRoot?[2];
                for (int frame = 0; frame < one.Frames.Length; frame++)
                {
                    RetargetGolden.Follow(retargeter, one.Frames[frame]);
                    for (int person = 0; person < 2; person++)
                    {
                        ActorRoot root = retargeter.Root(person);
                        Dictionary<string, object?> told = one.Expected["roots"].Items()[frame].Items()[person].Map();
                        Assert.That((root.Position - RetargetGolden.Vectors(told["position"])[0]).Length, Is.LessThan(_metres));
                        Assert.That(root.YawRad, Is.EqualTo(told["yaw_rad"].Real()).Within(_radians));
                        told = one.Expected["root_motion"].Items()[frame].Items()[person].Map();
                        CheckDelta(RootedPose.Of(retargeter.Body(person), root, RootMode.Delta, before[person]), told);
                        before[person] = root;
                    }
                }
            }
        }

        [Test]
        public void HandsHaveTheGoalsOfTheGoldenFile()
        {
            int goals = 0;
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                PairRetargeter retargeter = one.Begin(RetargetStage.Hands);
                for (int frame = 0; frame < one.Frames.Length; frame++)
                {
                    RetargetGolden.Follow(retargeter, one.Frames[frame]);
                    List<object?> told = one.Expected["hand_goals"].Items()[frame].Items();
                    int given = Enumerable.Range(0, 4).Count(hand => retargeter.GoalOf(hand / 2, hand % 2).Weight > 0);
                    Assert.That(given, Is.EqualTo(told.Count));
                    foreach (object? hand in told)
                    {
                        HandGoal goal = retargeter.GoalOf((int)hand.Map()["person"].Real(), (int)hand.Map()["side"].Real());
                        Vector3d place = RetargetGolden.Vectors(hand.Map()["place"])[0];
                        Assert.That((goal.Place - place).Length, Is.LessThan(_metres));
                        Assert.That(goal.Weight, Is.EqualTo(hand.Map()["weight"].Real()).Within(1e-5));
                        goals++;
                    }
                }
            }
            Assert.That(goals, Is.GreaterThan(0));
        }

        [Test]
        public void WhatIsKnownOfARigIsThatOfTheGoldenFile()
        {
            foreach (RetargetGolden one in RetargetGolden.All())
            {
                for (int person = 0; person < 2; person++)
                {
                    FittedRig fitted = one.Fitted[person];
                    Dictionary<string, object?> told = one.Expected["fits"].Items()[person].Map();
                    Assert.That(fitted.Carrier, Is.EqualTo((int)told["carrier"].Real()));
                    Assert.That(fitted.LegScale, Is.EqualTo(told["leg_scale"].Real()).Within(1e-5));
                    Assert.That(fitted.BodyScale, Is.EqualTo(told["body_scale"].Real()).Within(1e-5));
                    Assert.That(fitted.ArmLength, Is.EqualTo(RetargetGolden.Numbers(told["arm_lengths"])[0]).Within(1e-5));
                    Vector3d[] toes = RetargetGolden.Vectors(told["toes"]);
                    for (int side = 0; side < 2; side++)
                    {
                        Assert.That((fitted.Toes[side] - toes[side]).Length, Is.LessThan(1e-5));
                        Assert.That(
                            fitted.HandScales[side],
                            Is.EqualTo(RetargetGolden.Numbers(told["hand_scales"])[side]).Within(1e-5));
                    }
                }
            }
        }

        [Test]
        public void ProposalsAreThoseOfTheGoldenFile()
        {
            foreach (object? told in Golden.Json("retarget.json")["proposals"].Items())
            {
                Dictionary<string, object?> rig = told.Map();
                RigMapProposal proposal = RigMapProposal.Of(
                    rig["bones"].Items().Select(name => (string)name!).ToArray(),
                    rig["parents"].Items().Select(parent => (int)parent.Real()).ToArray());
                string proposed = Lines(proposal.Map.Bones.Select(pair => $"{pair.Key} = {pair.Value}"));
                Assert.That(proposed, Is.EqualTo(Lines(rig["map"].Map().Select(pair => $"{pair.Key} = {pair.Value}"))));
                Assert.That(proposal.Score, Is.EqualTo(rig["score"].Real()).Within(1e-5));
                string missing = string.Join("\n", proposal.Missing);
                Assert.That(missing, Is.EqualTo(string.Join("\n", rig["missing"].Items())));
            }
        }

        private static string Lines(IEnumerable<string> lines) =>
            string.Join("\n", lines.OrderBy(line => line, StringComparer.Ordinal));

        private static void CheckDelta(RootedPose rooted, Dictionary<string, object?> told)
        {
            RigPose pose = rooted.Pose;
            Quaterniond carrier = RetargetGolden.Rotations(told["carrier_rotation_xyzw"])[0];
            Assert.That(Quaterniond.Angle(pose.Rotations[pose.Carrier], carrier), Is.LessThan(_radians));
            Vector3d place = RetargetGolden.Vectors(told["carrier_position"])[0];
            Assert.That((pose.CarrierPosition - place).Length, Is.LessThan(_metres));
            Assert.That((pose.HipsPosition - RetargetGolden.Vectors(told["hips_position"])[0]).Length, Is.LessThan(_metres));
            Assert.That((rooted.Move - RetargetGolden.Vectors(told["move"])[0]).Length, Is.LessThan(_metres));
            Assert.That(rooted.TurnRad, Is.EqualTo(told["turn_rad"].Real()).Within(_radians));
        }
    }
}
