using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;
using Ponimator.Core;
using Ponimator.Core.Tests;
using Ponimator.Streaming.Samples;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>Characters made of transforms, driven by the golden handshake.</summary>
    [TestFixture]
    public sealed class CharacterTests
    {
        private const float Millimetre = 1e-3f;
        private const float FrameS = 1f / 60;
        private PonimatorCharacter[] _characters;
        private PairRetargeter _retargeter;

        [SetUp]
        public void Begin()
        {
            Stage.Play();
            _characters = new[]
            {
                PrimitiveCharacter.Build("Ann", new Vector3(5, 0, 1), 40, 0.8f, default),
                PrimitiveCharacter.Build("Ben", new Vector3(-3, 0, 0), 190, 1.2f, default),
            };
            foreach (PonimatorCharacter one in _characters)
            {
                one.Blend = 0;
            }
        }

        [TearDown]
        public void End() => PlayerLoop.Stop();

        [TestCase(1f)]
        [TestCase(0.6f)]
        public void BonesStandWhereTheRetargeterSays(float scale)
        {
            _characters[1].transform.localScale = new Vector3(scale, scale, scale);
            _characters[1].ReadRig();
            int frames = 0;
            foreach (object frame in Begun())
            {
                Show(frame);
                for (int person = 0; person < 2; person++)
                {
                    (float metres, float degrees) = Stage.Farthest(_characters[person], _retargeter.Body(person));
                    Assert.That(metres, Is.LessThan(0.1f * Millimetre));
                    Assert.That(degrees, Is.LessThan(0.01f));
                }
                frames++;
            }
            Assert.That(frames, Is.GreaterThan(10));
        }

        [Test]
        public void HandsOfDifferentBuildsMeetWhereTheStreamSaysContact()
        {
            float nearest = float.PositiveInfinity;
            float before = float.PositiveInfinity;
            foreach (object frame in Begun())
            {
                Show(frame);
                if (frame.Map()["touches"].Items().Any(touch => touch.Map()["begins_in_s"].Real() + touch.Map()["ended_since_s"].Real() == 0))
                {
                    HandGoal goal = Enumerable.Range(0, 2).Select(side => _retargeter.GoalOf(0, side)).First(one => one.Weight > 0);
                    string wrist = _retargeter.GoalOf(0, 0).Weight > 0 ? "left_wrist" : "right_wrist";
                    Vector3 hand = Stage.Bone(_characters[0], wrist).position;
                    nearest = Mathf.Min(nearest, Vector3.Distance(hand, UnityFrames.FromCanonical(goal.Place)));
                    before = Mathf.Min(before, Vector3.Distance(Stage.Bone(_characters[0], wrist).position, Stage.Bone(_characters[1], wrist).position));
                }
            }
            Assert.That(nearest, Is.LessThan(20 * Millimetre));
            Assert.That(before, Is.LessThan(0.3f));
        }

        [Test]
        public void InTheWorldTheObjectStandsBelowItsHips()
        {
            foreach (object frame in Begun())
            {
                Show(frame);
                Vector3 middle = 0.5f * (Stage.Bone(_characters[0], "left_hip").position + Stage.Bone(_characters[0], "right_hip").position);
                Vector3 there = _characters[0].transform.position;
                Assert.That(there.y, Is.EqualTo(0).Within(Millimetre));
                Assert.That(Vector3.Distance(new Vector3(middle.x, 0, middle.z), there), Is.LessThan(0.3f));
            }
        }

        [Test]
        public void InPlaceTheObjectStaysWhereItIs()
        {
            _characters[0].RootMotion = RootMode.InPlace;
            foreach (object frame in Begun())
            {
                Show(frame);
            }
            Assert.That(Vector3.Distance(_characters[0].transform.position, new Vector3(5, 0, 1)), Is.LessThan(Millimetre));
            Vector3 hips = Stage.Bone(_characters[0], "pelvis").position;
            Assert.That(new Vector3(hips.x - 5, 0, hips.z - 1).magnitude, Is.LessThan(0.4f));
        }

        [Test]
        public void ByItsWayTheObjectMovesAsMuchAsTheMotion()
        {
            _characters[0].RootMotion = RootMode.Delta;
            var roots = new List<ActorRoot>();
            float yawBefore = 40;
            foreach (object frame in Begun())
            {
                Show(frame);
                roots.Add(_retargeter.Root(0));
            }
            ActorRoot first = roots[0];
            ActorRoot last = roots[roots.Count - 1];
            float way = (_characters[0].transform.position - new Vector3(5, 0, 1)).magnitude;
            Assert.That((double)way, Is.EqualTo((last.Position - first.Position).Length).Within(1e-4));
            float turned = Quaternion.Angle(_characters[0].transform.rotation, Quaternion.AngleAxis(yawBefore, Vector3.up));
            Assert.That((double)turned, Is.EqualTo(System.Math.Abs(last.YawRad - first.YawRad) * Mathf.Rad2Deg).Within(0.01));
        }

        [Test]
        public void ItReturnsToWhatItWasBefore()
        {
            Quaternion[] own = Stage.Turns(_characters[0]);
            Show(Begun().First());
            Assert.That(Stage.WidestTurn(own, Stage.Turns(_characters[0])), Is.GreaterThan(10f));
            _characters[0].Blend = 0.2f;
            for (int frame = 0; frame < 20; frame++)
            {
                PlayerLoop.Step(FrameS);
            }
            Assert.That(_characters[0].Weight, Is.EqualTo(0f));
            Assert.That(Stage.WidestTurn(own, Stage.Turns(_characters[0])), Is.LessThan(0.01f));
        }

        [Test]
        public void ItIsBlendedInWithoutAJump()
        {
            _characters[0].Blend = 0.3f;
            object frame = Begun().First();
            Quaternion[] before = Stage.Turns(_characters[0]);
            float whole = 0;
            for (int i = 0; i < 30; i++)
            {
                Show(frame);
                Quaternion[] now = Stage.Turns(_characters[0]);
                Assert.That(Stage.WidestTurn(before, now), Is.LessThan(25f));
                whole += Stage.WidestTurn(before, now);
                before = now;
            }
            Assert.That(whole, Is.GreaterThan(30f));
            Assert.That(_characters[0].Weight, Is.EqualTo(1f));
        }

        [Test]
        public void ItsOwnAnimationGoesOnUnderneath()
        {
            Animator animator = _characters[0].gameObject.AddComponent<Animator>();
            animator.runtimeAnimatorController = new RuntimeAnimatorController();
            _characters[0].ReadRig();
            Transform head = Stage.Bone(_characters[0], "head");
            Quaternion nod = Quaternion.Euler(25, 0, 0);
            Show(Begun().First(), () => head.localRotation = nod);
            Assert.That(Quaternion.Angle(head.localRotation, nod), Is.GreaterThan(1f));
            PlayerLoop.Step(FrameS, () => head.localRotation = nod);
            Assert.That(Quaternion.Angle(head.localRotation, nod), Is.LessThan(0.01f));
        }

        private IEnumerable<object> Begun()
        {
            _retargeter = new PairRetargeter(Stage.Fit(_characters[0], 0), Stage.Fit(_characters[1], 1));
            return Stage.Case()["frames"].Items();
        }

        private void Show(object frame, System.Action animation = null)
        {
            RetargetGolden.Follow(_retargeter, frame.Map());
            for (int person = 0; person < 2; person++)
            {
                _characters[person].Show(_retargeter.Body(person), _retargeter.Root(person));
            }
            PlayerLoop.Step(FrameS, animation);
        }
    }
}
