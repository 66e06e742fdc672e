#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>Every message of the golden files, read and written as the protocol says.</summary>
    [TestFixture]
    public sealed class GoldenMessageTests
    {
        private static readonly string[] ReplyTypes =
        {
            "hello_ok", "session_opened", "interaction_accepted", "cancelled", "resent", "pong", "stats_reply",
            "session_closed", "error",
        };

        private static readonly string[] StreamTypes = { "skeleton", "motion", "status", "heartbeat" };

        private static readonly string[] RequestTypes =
        {
            "hello", "open_session", "interact", "cancel", "resend", "ping", "stats", "close_session",
        };

        [TestCaseSource(nameof(ReplyTypes))]
        public void RepliesAreRead(string type) =>
            CheckFields(Golden.Json("expected.json")[type].Map(), Described.Of(ReplyDecoder.Decode(Golden.Message(type))));

        [TestCaseSource(nameof(StreamTypes))]
        public void StreamMessagesAreRead(string type) => CheckFields(
            Golden.Json("expected.json")[type].Map(), Described.Of(StreamDecoder.Decode(Golden.Message(type))));

        [TestCaseSource(nameof(RequestTypes))]
        public void RequestsAreWrittenByteForByte(string type)
        {
            Dictionary<string, object?> expected = Golden.Json("expected.json")[type].Map();
            byte[] written = RequestFrom.Golden(expected).Encode((long)expected["request_id"]!);
            Assert.That(Convert.ToBase64String(written), Is.EqualTo(Convert.ToBase64String(Golden.Message(type))));
        }

        [Test]
        public void NoGoldenMessageIsLeftOut() => Assert.That(
            ReplyTypes.Concat(StreamTypes).Concat(RequestTypes).OrderBy(type => type, StringComparer.Ordinal),
            Is.EqualTo(Golden.Json("expected.json").Keys.OrderBy(type => type, StringComparer.Ordinal)));

        [TestCaseSource(nameof(ReplyTypes))]
        public void UnknownFieldsOfRepliesAreSkipped(string type) => CheckFields(
            Golden.Json("expected.json")[type].Map(),
            Described.Of(ReplyDecoder.Decode(Bent.WithUnknownField(Golden.Message(type)))));

        [TestCaseSource(nameof(StreamTypes))]
        public void UnknownFieldsOfStreamMessagesAreSkipped(string type) => CheckFields(
            Golden.Json("expected.json")[type].Map(),
            Described.Of(StreamDecoder.Decode(Bent.WithUnknownField(Golden.Message(type)))));

        private static void CheckFields(Dictionary<string, object?> expected, Dictionary<string, object?> read)
        {
            Assert.That(read.Keys.OrderBy(n => n), Is.EqualTo(expected.Keys.OrderBy(n => n)));
            foreach (string name in expected.Keys)
            {
                CheckValue(expected[name], read[name], name);
            }
        }

        private static void CheckValue(object? expected, object? read, string name)
        {
            if (expected is Dictionary<string, object?> map && map.ContainsKey("base64"))
            {
                Assert.That(read, Is.EqualTo(Numbers(map)), name);
            }
            else if (expected is Dictionary<string, object?> fields)
            {
                CheckFields(fields, read.Map());
            }
            else if (expected is List<object?> items && items.Count > 0 && items[0] is Dictionary<string, object?>)
            {
                Assert.That(read.Items().Count, Is.EqualTo(items.Count), name);
                for (int index = 0; index < items.Count; index++)
                {
                    CheckFields(items[index].Map(), read.Items()[index].Map());
                }
            }
            else
            {
                Assert.That(read, Is.EqualTo(expected), name);
            }
        }

        private static double[] Numbers(Dictionary<string, object?> array)
        {
            byte[] bytes = array["base64"].Bytes();
            return (string)array["dtype"]! == "uint8"
                ? bytes.Select(value => (double)value).ToArray()
                : Enumerable.Range(0, bytes.Length / 4).Select(i => (double)BitConverter.ToSingle(bytes, 4 * i)).ToArray();
        }
    }
}
