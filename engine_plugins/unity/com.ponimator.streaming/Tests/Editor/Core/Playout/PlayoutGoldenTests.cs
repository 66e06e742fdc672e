#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>The playout does what the Python one did, step by step.</summary>
    [TestFixture]
    public sealed class PlayoutGoldenTests
    {
        private readonly Shown _shown = new Shown();
        private Dictionary<string, object?> _golden = new Dictionary<string, object?>();
        private PlayoutBuffer _playout = new PlayoutBuffer();

        [Test]
        public void EveryScenarioGoesAsInTheGoldenFile()
        {
            _golden = Golden.Json("playout.json");
            Assert.That(_golden["scenarios"].Items().Count, Is.GreaterThan(5));
            foreach (object? scenario in _golden["scenarios"].Items())
            {
                _playout = new PlayoutBuffer();
                int number = 0;
                foreach (object? step in scenario.Map()["steps"].Items())
                {
                    try
                    {
                        Take(step.Map());
                    }
                    catch (AssertionException error)
                    {
                        Assert.Fail($"scenario {scenario.Map()["name"]}, step {number}: {error.Message}");
                    }

                    number++;
                }
            }
        }

        private void Take(Dictionary<string, object?> step)
        {
            long atNs = (long)step["at_ns"]!;
            switch ((string)step["do"]!)
            {
                case "add":
                    var block = (MotionBlock)StreamDecoder.Decode(step["message"].Bytes());
                    MissingFrames? missing = _playout.Add(block, atNs);
                    long[]? told = missing is null ? null : new[] { missing.Value.Start, missing.Value.Stop };
                    Assert.That(told, Is.EqualTo(step["missing"]), "missing frames");
                    break;
                case "subscribe":
                    _playout.Subscribed(atNs);
                    break;
                case "show":
                    _playout.Show(atNs, _shown);
                    CheckShown(step);
                    break;
                default:
                    Assert.Fail($"an unknown step: {step["do"]}");
                    break;
            }
        }

        private void CheckShown(Dictionary<string, object?> step)
        {
            Assert.That(_shown.State.ToString().ToLowerInvariant(), Is.EqualTo(step["state"]), "state");
            CheckCounters(step["counters"].Map());
            if (step["place"] is null)
            {
                Assert.That(_shown.Place, Is.Null);
                return;
            }

            Assert.That(_shown.Place, Is.EqualTo(step["place"]).Within(Tolerance("place")), "place");
            if (!step.ContainsKey("translations"))
            {
                return;
            }

            Assert.That(_shown.Interaction, Is.EqualTo(step["interaction"]), "interaction");
            for (int person = 0; person < WireLimits.PersonCount; person++)
            {
                CheckPerson(step, person);
            }

            CheckContacts(step["contacts"].Items());
        }

        private void CheckPerson(Dictionary<string, object?> step, int person)
        {
            PersonPose pose = _shown.Persons[person];
            Vector3d translation = step["translations"].Items()[person].Vector();
            Assert.That(
                (pose.Translation - translation).Length, Is.LessThan(2 * Tolerance("translation_m")), "translation, m");
            List<object?> rotations = step["rotations"].Items()[person].Items();
            List<object?> joints = _golden["joints"].Items();
            for (int index = 0; index < joints.Count; index++)
            {
                Quaterniond rotation = rotations[index].Rotation().Normalised;
                double angle = Quaterniond.Angle(pose.Rotations[(long)joints[index]!].Normalised, rotation);
                Assert.That(angle, Is.LessThan(2 * Tolerance("quaternion")), $"joint {joints[index]}, rad");
            }

            bool[] feet = Enumerable.Range(0, WireLimits.FootCount).Select(pose.FootContact).ToArray();
            bool[] told = step["foot_contacts"].Items()[person].Items().Select(foot => foot.Real() > 0).ToArray();
            Assert.That(feet, Is.EqualTo(told), "foot contacts");
        }

        private void CheckContacts(List<object?> told)
        {
            Assert.That(_shown.Contacts.Count, Is.EqualTo(told.Count), "contacts");
            for (int index = 0; index < told.Count; index++)
            {
                ShownContact contact = _shown.Contacts[index];
                Dictionary<string, object?> expected = told[index].Map();
                Assert.That(contact.A, Is.EqualTo(expected["a"]));
                Assert.That(contact.B, Is.EqualTo(expected["b"]));
                Assert.That(contact.Touches, Is.EqualTo(expected["touches"]));
                Assert.That(contact.StartsInS, Is.EqualTo(expected["starts_in_s"]).Within(Tolerance("seconds")));
                Assert.That(contact.EndedS, Is.EqualTo(expected["ended_s"]).Within(Tolerance("seconds")));
            }
        }

        private void CheckCounters(Dictionary<string, object?> told)
        {
            var counters = new PlayoutCounters();
            _playout.Tell(counters);
            double seconds = Tolerance("seconds");
            Assert.That(counters.Blocks, Is.EqualTo(told["blocks"]), "blocks");
            Assert.That(counters.Doubles, Is.EqualTo(told["doubles"]), "doubles");
            Assert.That(counters.Gaps, Is.EqualTo(told["gaps"]), "gaps");
            Assert.That(counters.LateFrames, Is.EqualTo(told["late_frames"]), "late frames");
            Assert.That(counters.Holds, Is.EqualTo(told["holds"]), "holds");
            Assert.That(counters.HeldS, Is.EqualTo(told["held_s"]).Within(seconds), "held");
            Assert.That(counters.DelayS, Is.EqualTo(told["delay_s"]).Within(seconds), "delay");
            Assert.That(counters.JitterS, Is.EqualTo(told["jitter_s"]).Within(seconds), "jitter");
            Assert.That(counters.BufferedS, Is.EqualTo(told["buffered_s"]).Within(seconds), "buffered");
        }

        private double Tolerance(string name) => _golden["tolerances"].Map()[name].Real();
    }
}
