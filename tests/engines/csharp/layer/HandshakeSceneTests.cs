using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using NUnit.Framework;
using Ponimator.Core;
using Ponimator.Streaming.Samples;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>The sample scene, with a live server where one is named.</summary>
    [TestFixture]
    public sealed class HandshakeSceneTests
    {
        private const string ServerVariable = "PONIMATOR_CONTROL";
        private const double PatienceS = 60;
        private const long Seed = 1;
        private const float FrameS = 1f / 60;

        [TearDown]
        public void End()
        {
            Event.current = new Event();
            PlayerLoop.Stop();
        }

        [Test]
        public void WithoutAServerItSaysSoAndStops()
        {
            PonimatorClient client = Begin("tcp://127.0.0.1:1", out PonimatorInteraction interaction);
            Wait(() => interaction.Condition.Contains("127.0.0.1:1"));
            StreamClient session = client.Sessions.Single();
            PlayerLoop.Stop();
            Assert.That(session.ThreadsAlive, Is.EqualTo(0));
        }

        [Test]
        public void OnAKeyTheyShakeHands()
        {
            string server = Environment.GetEnvironmentVariable(ServerVariable);
            if (string.IsNullOrEmpty(server))
            {
                Assert.Ignore($"{ServerVariable} is not set: expected a server's control endpoint.");
            }
            PonimatorClient client = Begin(server, out PonimatorInteraction interaction);
            string state = "";
            interaction.Events.Finished.AddListener(() => state = "finished");
            interaction.Events.Failed.AddListener(why => state = why);
            Wait(() => interaction.Condition == "ready");
            interaction.Terms.Seed = Seed;
            Event.current = new Event { type = EventType.KeyDown, keyCode = KeyCode.H };
            PlayerLoop.Step(FrameS);
            PlayerLoop.DrawGui();
            Event.current = new Event();
            PonimatorCharacter[] both = { Character("Ann"), Character("Ben") };
            (float nearest, float fastest, int frames) = (float.PositiveInfinity, 0, 0);
            Vector3 before = Stage.Bone(both[0], "right_wrist").position;
            Wait(() =>
            {
                Vector3 hand = Stage.Bone(both[0], "right_wrist").position;
                nearest = Mathf.Min(nearest, Mathf.Min(Apart(both, "left_wrist"), Apart(both, "right_wrist")));
                // Blended in from a T-pose an arm is fast; the motion itself is not.
                bool isBlended = both[0].Weight >= 1;
                fastest = isBlended ? Mathf.Max(fastest, Vector3.Distance(hand, before) / Time.deltaTime) : fastest;
                (before, frames) = (hand, frames + (interaction.IsOnStage ? 1 : 0));
                return state.Length > 0;
            });
            Assert.That(state, Is.EqualTo("finished"));
            PlayoutCounters counters = interaction.Counters;
            Console.WriteLine(
                $"  {frames} frames, wrists at least {nearest * 100:0.0} cm apart, at most {fastest:0.0} m/s; "
                + $"{counters.Blocks} blocks, {counters.Holds} holds, {counters.LateFrames} late frames");
            Assert.That(frames, Is.GreaterThan(20));
            // Two hands are between the wrists.
            Assert.That(nearest, Is.LessThan(0.25f));
            StreamClient session = client.Sessions.Single();
            PlayerLoop.Stop();
            Assert.That(session.ThreadsAlive, Is.EqualTo(0));
        }

        private static float Apart(PonimatorCharacter[] both, string joint) =>
            Vector3.Distance(Stage.Bone(both[0], joint).position, Stage.Bone(both[1], joint).position);

        private static PonimatorClient Begin(string server, out PonimatorInteraction interaction)
        {
            Stage.Play();
            var scene = new GameObject("Scene").AddComponent<HandshakeScene>();
            scene.Endpoint = server;
            PlayerLoop.Step(FrameS);
            interaction = scene.Interaction;
            return interaction.GetComponent<PonimatorClient>();
        }

        private static PonimatorCharacter Character(string name) =>
            PlayerLoop.All<PonimatorCharacter>().Single(one => one.name == name);

        private static void Wait(Func<bool> isSo)
        {
            var clock = Stopwatch.StartNew();
            double last = 0;
            while (!isSo())
            {
                double now = clock.Elapsed.TotalSeconds;
                Assert.That(now, Is.LessThan(PatienceS), UnityEngine.Object.FindObjectOfType<PonimatorInteraction>().Condition);
                PlayerLoop.Step((float)(now - last));
                last = now;
                Thread.Sleep(12);
            }
        }
    }
}
