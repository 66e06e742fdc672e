#nullable enable

using System;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class MsgpackTests
    {
        private static readonly long[] Integers =
        {
            0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, long.MaxValue, -1, -32, -33, -128, -129,
            -32768, -32769, -2147483648, -2147483649, long.MinValue,
        };

        private static readonly int[] Lengths = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };

        [TestCaseSource(nameof(Integers))]
        public void IntegersComeBack(long value)
        {
            var reader = new MsgpackReader(Bent.Written(writer => writer.Integer(value)));
            Assert.That(reader.ReadInteger(), Is.EqualTo(value));
            Assert.That(reader.AtEnd, Is.True);
        }

        [TestCase(0, 1)]
        [TestCase(127, 1)]
        [TestCase(128, 2)]
        [TestCase(256, 3)]
        [TestCase(65536, 5)]
        [TestCase(4294967296, 9)]
        [TestCase(-32, 1)]
        [TestCase(-33, 2)]
        public void IntegersAreAsShortAsTheyCanBe(long value, int bytes) =>
            Assert.That(Bent.Written(writer => writer.Integer(value)).Length, Is.EqualTo(bytes));

        [TestCaseSource(nameof(Lengths))]
        public void TextsAndBytesComeBack(int length)
        {
            string text = new string('x', length);
            byte[] bytes = Enumerable.Range(0, length).Select(index => (byte)index).ToArray();
            byte[] written = Bent.Written(writer =>
            {
                writer.Text(text);
                writer.Binary(bytes);
            });
            var reader = new MsgpackReader(written);
            Assert.That(reader.ReadText() == text, Is.True);
            Assert.That(reader.ReadBinary().SequenceEqual(bytes), Is.True);
            var skipping = new MsgpackReader(written);
            skipping.Skip(1);
            skipping.Skip(1);
            Assert.That(skipping.AtEnd, Is.True);
        }

        [TestCase(0)]
        [TestCase(15)]
        [TestCase(16)]
        [TestCase(65536)]
        public void ContainersAreSkippedWhole(int count)
        {
            byte[] written = Bent.Written(writer =>
            {
                writer.ArrayHeader(count);
                for (int index = 0; index < count; index++)
                {
                    writer.Real(index);
                }
            });
            var reader = new MsgpackReader(written);
            reader.Skip(1);
            Assert.That(reader.AtEnd, Is.True);
            Assert.That(new MsgpackReader(written).ReadArrayHeader(), Is.EqualTo(count));
        }

        [Test]
        public void AWholeNumberIsTakenForAReal()
        {
            Assert.That(new MsgpackReader(new byte[] { 7 }).ReadReal(), Is.EqualTo(7.0));
            Assert.That(new MsgpackReader(new byte[] { 0xca, 0x3f, 0, 0, 0 }).ReadReal(), Is.EqualTo(0.5));
        }

        [Test]
        public void SixteenMapsInsideEachOtherAreReadAndSeventeenAreNot()
        {
            WireMap.Whole(Nested(WireLimits.MaxDepth), WireLimits.MaxReplyBytes);
            var error = Assert.Throws<MalformedMessageException>(
                () => WireMap.Whole(Nested(WireLimits.MaxDepth + 1), WireLimits.MaxReplyBytes));
            Assert.That(error.Message, Does.Contain("16 deep"));
        }

        [Test]
        public void AHundredThousandLevelsDoNotOverflowTheStack()
        {
            byte[] deep = Enumerable.Repeat((byte)0x91, 100_000).ToArray();
            byte[] message = Bent.Written(writer =>
            {
                writer.MapHeader(1);
                writer.Text("x");
            }).Concat(deep).ToArray();
            Assert.Throws<MalformedMessageException>(() => WireMap.Whole(message, WireLimits.MaxReplyBytes));
        }

        [TestCase(new byte[] { 0xdf, 0xff, 0xff, 0xff, 0xff })]
        [TestCase(new byte[] { 0x81, 0xa1, 0x78, 0xdd, 0xff, 0xff, 0xff, 0xff })]
        [TestCase(new byte[] { 0x81, 0xa1, 0x78, 0xc6, 0xff, 0xff, 0xff, 0xff })]
        [TestCase(new byte[] { 0x81, 0xdb, 0xff, 0xff, 0xff, 0xff })]
        public void ClaimedSizesAreNotBelieved(byte[] message)
        {
            var error = Assert.Throws<MalformedMessageException>(
                () => WireMap.Whole(message, WireLimits.MaxReplyBytes));
            Assert.That(error.Message, Does.Contain("cut off"));
        }

        [Test]
        public void BrokenUtf8IsRefused() => Assert.Throws<MalformedMessageException>(
            () => new MsgpackReader(new byte[] { 0xa2, 0xc3, 0x28 }).ReadText());

        private static byte[] Nested(int maps) => Bent.Written(writer =>
        {
            for (int depth = 0; depth < maps; depth++)
            {
                writer.MapHeader(1);
                writer.Text("x");
            }

            writer.Nil();
        });
    }
}
