#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>What is no message, or no request, is refused with words that help.</summary>
    [TestFixture]
    public sealed class RefusalTests
    {
        private const int Mutations = 3000;
        private static readonly string[] StreamTypes = { "skeleton", "motion", "status", "heartbeat" };
        private static readonly string[] ReplyTypes = { "hello_ok", "session_opened", "stats_reply", "error", "pong" };

        [TestCaseSource(nameof(StreamTypes))]
        public void ACutMessageIsMalformed(string type)
        {
            byte[] whole = Golden.Message(type);
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] cut = whole.Take(length).ToArray();
                Assert.Throws<MalformedMessageException>(() => StreamDecoder.Decode(cut));
            }
        }

        [TestCaseSource(nameof(StreamTypes))]
        public void WhateverComesOnTheStreamOnlyOurErrorsLeave(string type) =>
            CheckMutations(Golden.Message(type), data => StreamDecoder.Decode(data));

        [TestCaseSource(nameof(ReplyTypes))]
        public void WhateverIsRepliedOnlyOurErrorsLeave(string type) =>
            CheckMutations(Golden.Message(type), data => ReplyDecoder.Decode(data));

        [Test]
        public void MoreBytesThanAllowedAreRefusedUnread()
        {
            var error = Assert.Throws<MessageTooLargeException>(
                () => ReplyDecoder.Decode(new byte[WireLimits.MaxReplyBytes + 1]));
            Assert.That(error.Message, Does.Contain($"{WireLimits.MaxReplyBytes}"));
            Assert.Throws<MessageTooLargeException>(() => StreamDecoder.Decode(new byte[WireLimits.MaxStreamBytes + 1]));
        }

        [Test]
        public void AnotherProtocolIsSaidBeforeAnyOtherField()
        {
            byte[] hello = Bent.Written(writer =>
            {
                writer.MapHeader(3);
                writer.Text("type");
                writer.Text("hello_ok");
                writer.Text("request_id");
                writer.Integer(1);
                writer.Text("protocol");
                writer.Integer(2);
            });
            var error = Assert.Throws<UnsupportedProtocolException>(() => ReplyDecoder.Decode(hello));
            Assert.That(error.Message, Does.Contain("speaks 2"));
        }

        [Test]
        public void AnUnknownTypeIsSaid()
        {
            byte[] message = Bent.With(Golden.Message("pong"), "type", writer => writer.Text("gong"));
            Assert.That(
                Assert.Throws<SchemaMismatchException>(() => ReplyDecoder.Decode(message)).Message,
                Does.Contain("got gong"));
            Assert.Throws<SchemaMismatchException>(() => StreamDecoder.Decode(message));
        }

        [TestCase("count", 3)]
        [TestCase("count", 513)]
        [TestCase("rate_hz", 9)]
        [TestCase("start", -1)]
        [TestCase("revision", -1)]
        public void ABlockWhoseFieldsDoNotFitIsMalformed(string field, long value)
        {
            byte[] message = Bent.With(Golden.Message("motion"), field, writer => writer.Integer(value));
            Assert.Throws<MalformedMessageException>(() => StreamDecoder.Decode(message));
        }

        [TestCase(float.NaN)]
        [TestCase(float.PositiveInfinity)]
        [TestCase(2f)]
        public void ARotationThatIsNoneIsMalformed(float component)
        {
            var rotations = new byte[2 * 2 * WireLimits.JointCount * 16];
            for (int w = 12; w < rotations.Length; w += 16)
            {
                BitConverter.GetBytes(w == 12 ? component : 1f).CopyTo(rotations, w);
            }

            byte[] message = Bent.With(Golden.Message("motion"), "rotations", writer => writer.Binary(rotations));
            var error = Assert.Throws<MalformedMessageException>(() => StreamDecoder.Decode(message));
            Assert.That(error.Message, Does.Contain("`rotations`"));
        }

        [Test]
        public void ATranslationThatIsNotFiniteIsMalformed()
        {
            var translations = new byte[2 * 2 * 12];
            BitConverter.GetBytes(float.NaN).CopyTo(translations, 4);
            byte[] message = Bent.With(Golden.Message("motion"), "translations", writer => writer.Binary(translations));
            Assert.Throws<MalformedMessageException>(() => StreamDecoder.Decode(message));
        }

        [Test]
        public void AFieldThatIsMissingIsNamed()
        {
            byte[] message = Bent.Written(writer =>
            {
                writer.MapHeader(1);
                writer.Text("type");
                writer.Text("heartbeat");
            });
            Assert.That(
                Assert.Throws<MalformedMessageException>(() => StreamDecoder.Decode(message)).Message,
                Does.Contain("`session`"));
        }

        [Test]
        public void APoseThatNoBodyHasIsRefusedBeforeItIsSent()
        {
            Quaterniond[] upright = Enumerable.Repeat(Quaterniond.Identity, WireLimits.BodyJointCount).ToArray();
            Assert.Throws<BadRequestException>(() => new BodyPose(upright.Take(21).ToArray(), Vector3d.Zero));
            Assert.Throws<BadRequestException>(() => new BodyPose(upright, new Vector3d(double.NaN, 0, 0)));
            Assert.Throws<BadRequestException>(() => new BodyPose(upright, new Vector3d(0, 2e4, 0)));
            upright[7] = new Quaterniond(0, 0, 0, 1.1);
            Assert.That(
                Assert.Throws<BadRequestException>(() => new BodyPose(upright, Vector3d.Zero)).Message,
                Does.Contain("joint 7"));
        }

        [Test]
        public void ATriggerThatSaysNothingIsRefusedBeforeItIsSent()
        {
            Assert.Throws<BadRequestException>(() => new InteractRequest { Text = "  " }.Check());
            Assert.Throws<BadRequestException>(() => new InteractRequest { Text = "hug", DurationS = 0 }.Check());
            Assert.Throws<BadRequestException>(() => new InteractRequest { Text = "hug", Seed = -1 }.Check());
            Assert.Throws<BadRequestException>(
                () => new InteractRequest { Text = "hug", AnchorTime = double.NaN }.Check());
            new InteractRequest { Text = "hug", DurationS = null }.Check();
        }

        private static void CheckMutations(byte[] message, Action<byte[]> decode)
        {
            var random = new Random(5);
            int refused = 0;
            for (int mutation = 0; mutation < Mutations; mutation++)
            {
                byte[] bent = Mutated(message, random);
                try
                {
                    decode(bent);
                }
                catch (ProtocolException)
                {
                    refused++;
                }
            }

            Assert.That(refused, Is.GreaterThan(Mutations / 20));
        }

        private static byte[] Mutated(byte[] message, Random random)
        {
            var bent = new List<byte>(message);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                // Most of a long message is numbers: its fields' heads stand at its beginning and end.
                int reach = random.Next(2) == 0 ? Math.Min(200, bent.Count) : bent.Count;
                bent[random.Next(reach)] = (byte)random.Next(256);
            }

            return random.Next(4) == 0 ? bent.Take(random.Next(bent.Count)).ToArray() : bent.ToArray();
        }
    }
}
