#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core.Tests
{
    using Fields = Dictionary<string, object?>;

    /// <summary>Messages as expected.json tells them; arrays as their numbers.</summary>
    internal static class Described
    {
        internal static Fields Of(Reply reply)
        {
            Fields fields = FieldsOf(reply);
            fields["request_id"] = reply.RequestId;
            return fields;
        }

        internal static Fields Of(StreamMessage message)
        {
            Fields fields = FieldsOf(message);
            fields["session"] = message.Session;
            return fields;
        }

        private static Fields FieldsOf(Reply reply)
        {
            switch (reply)
            {
                case HelloOk hello:
                    return new Fields
                    {
                        ["type"] = "hello_ok",
                        ["protocol"] = hello.ProtocolNumber,
                        ["server"] = hello.Server,
                        ["models"] = hello.Models.Select(m => (object?)new Fields
                        {
                            ["name"] = m.Name, ["version"] = m.Version, ["text"] = m.Text,
                        }).ToList(),
                        ["limits"] = new Fields
                        {
                            ["max_sessions"] = hello.Limits.MaxSessions,
                            ["max_message_bytes"] = hello.Limits.MaxMessageBytes,
                            ["max_text_characters"] = hello.Limits.MaxTextCharacters,
                            ["max_duration_s"] = hello.Limits.MaxDurationS,
                            ["min_rate_hz"] = hello.Limits.MinRateHz,
                            ["max_rate_hz"] = hello.Limits.MaxRateHz,
                        },
                        ["stream"] = hello.Stream,
                    };
                case SessionOpened opened:
                    return new Fields
                    {
                        ["type"] = "session_opened",
                        ["session"] = opened.Session,
                        ["topic"] = opened.Topic,
                        ["skeleton"] = Of(opened.Skeleton),
                    };
                case InteractionAccepted accepted:
                    return new Fields
                    {
                        ["type"] = "interaction_accepted",
                        ["interaction"] = accepted.Interaction,
                        ["apply_frame"] = accepted.ApplyFrame,
                        ["timing_ms"] = accepted.TimingMs.ToDictionary(p => p.Key, p => (object?)p.Value),
                    };
                case Cancelled cancelled:
                    return new Fields { ["type"] = "cancelled", ["apply_frame"] = cancelled.ApplyFrame };
                case Resent resent:
                    return new Fields
                    {
                        ["type"] = "resent", ["start"] = resent.Start, ["stop"] = resent.Stop, ["blocks"] = resent.Blocks,
                    };
                case Pong pong:
                    return new Fields
                    {
                        ["type"] = "pong",
                        ["client_time_ns"] = pong.ClientTimeNs,
                        ["server_receive_ns"] = pong.ServerReceiveNs,
                        ["server_send_ns"] = pong.ServerSendNs,
                    };
                case StatsReply stats:
                    return new Fields
                    {
                        ["type"] = "stats_reply",
                        ["counters"] = stats.Counters.ToDictionary(p => p.Key, p => (object?)p.Value),
                        ["latency_ms"] = stats.LatencyMs.ToDictionary(p => p.Key, p => (object?)new Fields
                        {
                            ["p50"] = p.Value.P50, ["p95"] = p.Value.P95, ["p99"] = p.Value.P99, ["count"] = p.Value.Count,
                        }),
                    };
                case SessionClosed closed:
                    return new Fields { ["type"] = "session_closed", ["session"] = closed.Session };
                case ErrorReply error:
                    return new Fields
                    {
                        ["type"] = "error", ["code"] = WireWords.Of(error.Code), ["message"] = error.Message,
                    };
                default:
                    throw new ArgumentException(reply.GetType().Name);
            }
        }

        private static Fields FieldsOf(StreamMessage message)
        {
            switch (message)
            {
                case Skeleton skeleton:
                    return new Fields
                    {
                        ["type"] = "skeleton",
                        ["joints"] = skeleton.Joints,
                        ["parents"] = skeleton.Parents,
                        ["rest_joints"] = skeleton.RestJoints.SelectMany(Numbers).ToArray(),
                        ["names"] = skeleton.Names,
                        ["frame"] = skeleton.Frame,
                    };
                case MotionBlock block:
                    return new Fields
                    {
                        ["type"] = "motion",
                        ["interaction"] = block.Interaction,
                        ["revision"] = block.Revision,
                        ["start"] = block.Start,
                        ["count"] = block.Count,
                        ["rate_hz"] = block.RateHz,
                        ["time_ns"] = block.TimeNs,
                        ["rotations"] = block.Rotations.SelectMany(q => new[] { q.X, q.Y, q.Z, q.W }).ToArray(),
                        ["translations"] = block.Translations.SelectMany(Numbers).ToArray(),
                        ["foot_contacts"] = block.FootContacts.Select(foot => (double)foot).ToArray(),
                        ["contacts"] = block.Contacts.Select(c => (object?)new Fields
                        {
                            ["start"] = c.Start, ["stop"] = c.Stop, ["a"] = c.A, ["b"] = c.B,
                        }).ToList(),
                        ["anchor"] = block.Anchor,
                        ["final"] = block.Final,
                    };
                case Status status:
                    return new Fields
                    {
                        ["type"] = "status",
                        ["state"] = WireWords.Of(status.State),
                        ["time_ns"] = status.TimeNs,
                        ["interaction"] = status.Interaction,
                        ["frame"] = status.Frame,
                        ["code"] = status.Code is null ? null : WireWords.Of(status.Code.Value),
                        ["message"] = status.Message,
                    };
                case Heartbeat heartbeat:
                    return new Fields
                    {
                        ["type"] = "heartbeat",
                        ["time_ns"] = heartbeat.TimeNs,
                        ["play_frame"] = heartbeat.PlayFrame,
                        ["buffered_s"] = heartbeat.BufferedS,
                    };
                default:
                    throw new ArgumentException(message.GetType().Name);
            }
        }

        private static IEnumerable<double> Numbers(Vector3d vector) => new[] { vector.X, vector.Y, vector.Z };
    }
}
