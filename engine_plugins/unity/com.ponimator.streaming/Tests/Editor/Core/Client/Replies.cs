#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Ponimator.Core.Tests
{
    /// <summary>What a server says, as bytes.</summary>
    internal static class Replies
    {
        internal const string Stream = "tcp://127.0.0.1:7741";

        internal static byte[] TopicOf(string session) => Encoding.UTF8.GetBytes("session/" + session);

        internal static byte[] HelloOk(long id, long protocol = Protocol.Number) => Of(
            "hello_ok",
            ("request_id", id),
            ("protocol", protocol),
            ("server", "fake 1"),
            ("models", new object?[0]),
            ("limits", new Dictionary<string, object?> { ["max_sessions"] = 4L }),
            ("stream", Stream));

        internal static byte[] Pong(long id, long clientTimeNs) => Of(
            "pong",
            ("request_id", id),
            ("client_time_ns", clientTimeNs),
            ("server_receive_ns", MadeBlocks.OriginNs + clientTimeNs),
            ("server_send_ns", MadeBlocks.OriginNs + clientTimeNs));

        internal static byte[] SessionOpened(long id, string session) => Of(
            "session_opened",
            ("request_id", id),
            ("session", session),
            ("topic", "session/" + session),
            ("skeleton", SkeletonFields(session).Append(("type", "skeleton")).ToDictionary(f => f.Name, f => f.Value)));

        internal static byte[] Skeleton(string session) => Of("skeleton", SkeletonFields(session));

        internal static byte[] Accepted(long id) =>
            Of("interaction_accepted", ("request_id", id), ("interaction", 1L), ("apply_frame", 0L));

        internal static byte[] Cancelled(long id) => Of("cancelled", ("request_id", id), ("apply_frame", 5L));

        internal static byte[] Resent(long id, long start) => Of(
            "resent", ("request_id", id), ("start", start), ("stop", start), ("blocks", 0L));

        internal static byte[] SessionClosed(long id, string session) =>
            Of("session_closed", ("request_id", id), ("session", session));

        internal static byte[] Error(long? id, string code, string message) =>
            Of("error", ("request_id", id), ("code", code), ("message", message));

        internal static byte[] Heartbeat(string session, long playFrame) => Of(
            "heartbeat",
            ("session", session),
            ("time_ns", MadeBlocks.OriginNs),
            ("play_frame", playFrame),
            ("buffered_s", 0.5));

        internal static byte[] Status(string session, string state) =>
            Of("status", ("session", session), ("state", state), ("time_ns", MadeBlocks.OriginNs));

        internal static byte[] Motion(MotionBlock block) => Of(
            "motion",
            ("session", block.Session),
            ("interaction", block.Interaction),
            ("revision", block.Revision),
            ("start", block.Start),
            ("count", (long)block.Count),
            ("rate_hz", (long)block.RateHz),
            ("time_ns", block.TimeNs),
            ("rotations", WireArrays.Bytes(block.Rotations)),
            ("translations", block.Translations.SelectMany(WireArrays.Bytes).ToArray()),
            ("foot_contacts", block.FootContacts),
            ("final", block.Final));

        private static (string Name, object? Value)[] SkeletonFields(string session) => new (string, object?)[]
        {
            ("session", session),
            ("joints", Enumerable.Range(0, WireLimits.JointCount).Select(j => (object?)$"joint {j}").ToArray()),
            ("parents", Enumerable.Range(0, WireLimits.JointCount).Select(j => (object?)(j - 1L)).ToArray()),
            ("rest_joints", new byte[WireLimits.PersonCount * WireLimits.JointCount * 12]),
            ("names", new object?[] { "Ann", "Ben" }),
        };

        private static byte[] Of(string type, params (string Name, object? Value)[] fields)
        {
            var writer = new MsgpackWriter();
            writer.MapHeader(1 + fields.Length);
            writer.Text("type");
            writer.Text(type);
            foreach ((string name, object? value) in fields)
            {
                writer.Text(name);
                Write(writer, value);
            }

            return writer.ToArray();
        }

        private static void Write(MsgpackWriter writer, object? value)
        {
            switch (value)
            {
                case null:
                    writer.Nil();
                    break;
                case long number:
                    writer.Integer(number);
                    break;
                case double real:
                    writer.Real(real);
                    break;
                case bool truth:
                    writer.Boolean(truth);
                    break;
                case string text:
                    writer.Text(text);
                    break;
                case byte[] bytes:
                    writer.Binary(bytes);
                    break;
                case object?[] items:
                    writer.ArrayHeader(items.Length);
                    Array.ForEach(items, item => Write(writer, item));
                    break;
                default:
                    var map = (Dictionary<string, object?>)value;
                    writer.MapHeader(map.Count);
                    foreach (KeyValuePair<string, object?> field in map)
                    {
                        writer.Text(field.Key);
                        Write(writer, field.Value);
                    }

                    break;
            }
        }
    }
}
