using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using NUnit.Framework;
using Ponimator.Core;
using Ponimator.Core.Tests;
using Ponimator.Streaming.Samples;
using UnityEditor;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>From a trigger in a scene to bones that move, and that nothing of it outlives its Play.</summary>
    [TestFixture]
    public sealed class InteractionTests
    {
        /// <summary>Nothing takes so long but on a machine with other things to do.</summary>
        private const double PatienceS = 30;
        private FakeServer _server;
        private PonimatorClient _client;
        private PonimatorInteraction _interaction;
        private PonimatorCharacter[] _characters;
        private List<string> _heard;

        [SetUp]
        public void Begin()
        {
            _server = new FakeServer();
            _server.Instead = (type, fields) => type == "open_session"
                ? GoldenStream.SessionOpened(fields.Integer("request_id"), _server.Session)
                : null;
            _heard = new List<string>();
            UnityEngine.Debug.Said.Clear();
        }

        [TearDown]
        public void End() => PlayerLoop.Stop();

        [Test]
        public void ATriggerPlaysAndTheCharactersReturn()
        {
            BuildAndPlay();
            _interaction.Trigger();
            Quaternion[] own = Stage.Turns(_characters[0]);
            Until(() => _heard.Contains("accepted"));
            _server.Say(GoldenStream.Motion(_server.Session, _client.Sessions.Single().ServerTimeNs));
            _server.Say(GoldenStream.Status(_server.Session, "playing", 1));
            Until(() => _interaction.IsOnStage && _characters[0].Weight >= 1 && _heard.Contains("playing"));
            Assert.That(Stage.WidestTurn(own, Stage.Turns(_characters[0])), Is.GreaterThan(10f));
            Assert.That(_interaction.Counters.Blocks, Is.EqualTo(1));
            _server.Say(GoldenStream.Status(_server.Session, "finished", 1));
            Until(() => _heard.Contains("finished") && _characters.All(one => one.Weight <= 0));
            Assert.That(Stage.WidestTurn(own, Stage.Turns(_characters[0])), Is.LessThan(0.01f));
            Assert.That(_heard, Is.EqualTo(new List<string> { "accepted", "playing", "finished" }));
        }

        [Test]
        public void TheServerIsToldWhereTheyStandInItsOwnFrame()
        {
            BuildAndPlay();
            _characters[1].transform.SetPositionAndRotation(new Vector3(2, 0.5f, 3), Quaternion.AngleAxis(90, Vector3.up));
            _interaction.Trigger("two people hug");
            Until(() => _heard.Contains("accepted"));
            WireMap asked = _server.AskedFor("interact").Single();
            Assert.That(asked.Text("text"), Is.EqualTo("two people hug"));
            (Vector3d place, double yaw) = Roots(asked)[1];
            // Unity's x is mirrored, and so is a turn to the right.
            Assert.That((place - new Vector3d(-2, 0.5, 3)).Length, Is.LessThan(1e-5));
            Assert.That(yaw, Is.EqualTo(-Math.PI / 2).Within(1e-5));
        }

        [Test]
        public void APoseGivenIsThePoseThatTheyHave()
        {
            BuildAndPlay();
            FittedRig[] fitted = { Stage.Fit(_characters[0], 0), Stage.Fit(_characters[1], 1) };
            _characters[0].transform.SetPositionAndRotation(new Vector3(1, 0, 2), Quaternion.AngleAxis(70, Vector3.up));
            Stage.Bone(_characters[0], "left_shoulder").localRotation = Quaternion.Euler(10, 20, 50);
            Stage.Bone(_characters[0], "spine2").localRotation = Quaternion.Euler(15, 0, 5);
            var persons = new[] { new PersonPose(), new PersonPose() };
            for (int person = 0; person < 2; person++)
            {
                BodyPose pose = _characters[person].LivePose(fitted[person], 0);
                pose.Rotations.ToArray().CopyTo(persons[person].Rotations, 0);
                persons[person].Translation = pose.Translation;
            }
            // Retargeted again it is what stands there.
            var again = new PairRetargeter(fitted[0], fitted[1], RetargetStage.Body, 0, approach: false);
            again.Follow(persons, Array.Empty<ShownContact>(), 0);
            (float metres, float degrees) = Stage.Farthest(_characters[0], again.Body(0));
            Assert.That(metres, Is.LessThan(1e-4f));
            Assert.That(degrees, Is.LessThan(0.05f));
            _interaction.Terms.Given = GivenToServer.Poses;
            _interaction.Trigger();
            Until(() => _heard.Contains("accepted"));
            WireMap[] subjects = _server.AskedFor("interact").Single().Maps("characters", 2, 2, subject => subject);
            Assert.That(subjects.All(subject => subject.Has("pose") && !subject.Has("root")), Is.True);
        }

        [Test]
        public void WhyItFailedIsSaid()
        {
            BuildAndPlay();
            Func<string, WireMap, byte[]> usual = _server.Instead;
            _server.Instead = (type, fields) => type == "interact"
                ? Replies.Error(fields.Integer("request_id"), "too_far", "they stand 7 m apart")
                : usual(type, fields);
            _interaction.Trigger();
            Until(() => _heard.Contains("failed: they stand 7 m apart"));
            Assert.That(_interaction.Condition, Is.EqualTo("they stand 7 m apart"));
        }

        [Test]
        public void ATriggerBeforeTheSessionIsOpenWaitsForIt()
        {
            BuildScene();
            Stage.Play();
            _interaction.Trigger();
            Until(() => _heard.Contains("accepted"));
            Assert.That(_server.AskedFor("interact").Count(), Is.EqualTo(1));
        }

        [Test]
        public void ACancelGoesToTheServer()
        {
            BuildAndPlay();
            _interaction.Cancel();
            Until(() => _server.Asked.Contains("cancel"));
        }

        [Test]
        public void CharactersWithoutRigsAreSaidAndNothingIsOpened()
        {
            Stage.Play();
            var nobody = new GameObject("Nobody").AddComponent<PonimatorCharacter>();
            Assert.That(UnityEngine.Debug.Said.Single().StartsWith("Error: Nobody: The map names no bone for"), Is.True);
            Assert.That(nobody.Rig, Is.EqualTo(null));
        }

        [Test]
        public void StoppingLeavesNoThread()
        {
            BuildAndPlay();
            StreamClient session = _client.Sessions.Single();
            Assert.That(session.ThreadsAlive, Is.EqualTo(1));
            PlayerLoop.Stop();
            CheckGone(session);
        }

        [Test]
        public void SwitchingTheClientOffAndOnOpensAnotherSession()
        {
            BuildAndPlay();
            StreamClient session = _client.Sessions.Single();
            _client.enabled = false;
            CheckGone(session);
            PlayerLoop.Step(0.01f);
            _client.enabled = true;
            Until(() => _interaction.Condition == "ready");
            Assert.That(_client.Sessions.Single(), Is.Not.SameAs(session));
        }

        [Test]
        public void ARecompilationLeavesNoThread()
        {
            BuildAndPlay();
            StreamClient session = _client.Sessions.Single();
            AssemblyReloadEvents.Reload();
            CheckGone(session);
        }

        [Test]
        public void ASecondPlayFindsNothingOfTheFirst()
        {
            BuildAndPlay();
            StreamClient session = _client.Sessions.Single();
            // As when the editor was stopped without a word to the components, with domain reload off.
            Stage.Play();
            CheckGone(session);
            Assert.That(LiveClients.Count, Is.EqualTo(0));
        }

        private void CheckGone(StreamClient session)
        {
            Assert.That(session.ThreadsAlive, Is.EqualTo(0));
            Assert.That(_server.Asked.Last(), Is.EqualTo("close_session"));
            Assert.That(LiveClients.Count, Is.EqualTo(0));
        }

        private void BuildAndPlay()
        {
            BuildScene();
            Stage.Play();
            Until(() => _interaction.Condition == "ready");
        }

        private void BuildScene()
        {
            _characters = new[]
            {
                PrimitiveCharacter.Build("Ann", new Vector3(0, 0, -0.6f), 0, 0.8f, default),
                PrimitiveCharacter.Build("Ben", new Vector3(0, 0, 0.6f), 180, 1.2f, default),
            };
            var connection = new GameObject("Ponimator");
            _client = connection.AddComponent<PonimatorClient>();
            _client.Transport = _server.Options.Transport;
            _interaction = connection.AddComponent<PonimatorInteraction>();
            _interaction.SetUp(_client, _characters[0], _characters[1]);
            _interaction.Events.Accepted.AddListener(() => _heard.Add("accepted"));
            _interaction.Events.Playing.AddListener(() => _heard.Add("playing"));
            _interaction.Events.Finished.AddListener(() => _heard.Add("finished"));
            _interaction.Events.Cancelled.AddListener(() => _heard.Add("cancelled"));
            _interaction.Events.Failed.AddListener(why => _heard.Add("failed: " + why));
        }

        private void Until(Func<bool> isSo)
        {
            var clock = Stopwatch.StartNew();
            while (!isSo())
            {
                Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(PatienceS), _interaction.Condition);
                PlayerLoop.Step(0.01f);
                Thread.Sleep(10);
            }
        }

        private static List<(Vector3d Place, double YawRad)> Roots(WireMap asked) => asked
            .Maps("characters", 2, 2, subject => subject.Map("root"))
            .Select(root => (root.List("position", 3, 3, Number), root.Real("yaw_rad", -10, 10)))
            .Select(root => (new Vector3d(root.Item1[0], root.Item1[1], root.Item1[2]), root.Item2))
            .ToList();

        private static double Number(ref MsgpackReader reader) => reader.ReadReal();
    }
}
