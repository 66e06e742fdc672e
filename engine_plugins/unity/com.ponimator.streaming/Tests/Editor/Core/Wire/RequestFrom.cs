#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core.Tests
{
    using Fields = Dictionary<string, object?>;

    /// <summary>Requests with the values of expected.json.</summary>
    internal static class RequestFrom
    {
        internal static Request Golden(Fields fields)
        {
            switch ((string)fields["type"]!)
            {
                case "hello":
                    return new HelloRequest((string)fields["client"]!);
                case "open_session":
                    Character[] characters = fields["characters"].Items().Select(CharacterFrom).ToArray();
                    return new OpenSessionRequest(characters[0], characters[1])
                    {
                        RateHz = (int)(long)fields["rate_hz"]!,
                        Profile = WireWords.ProfileOf((string)fields["profile"]!),
                        Session = (string?)fields["session"],
                    };
                case "interact":
                    Subject[] subjects = fields["characters"].Items().Select(SubjectFrom).ToArray();
                    return new InteractRequest(subjects[0], subjects[1])
                    {
                        Session = (string)fields["session"]!,
                        Text = (string?)fields["text"],
                        AnchorTime = fields["anchor_time"].Real(),
                        DurationS = fields["duration_s"].Real(),
                        BlendInS = fields["blend_in_s"].Real(),
                        Seed = (long?)fields["seed"],
                        Steps = (int)(long)fields["steps"]!,
                        MaxDistanceM = fields["max_distance_m"].Real(),
                    };
                case "cancel":
                    return new CancelRequest((long?)fields["interaction"])
                    {
                        Session = (string)fields["session"]!, BlendOutS = fields["blend_out_s"].Real(),
                    };
                case "resend":
                    return new ResendRequest((long)fields["start"]!, (long)fields["stop"]!)
                    {
                        Session = (string)fields["session"]!,
                    };
                case "ping":
                    return new PingRequest((long)fields["client_time_ns"]!);
                case "stats":
                    return new StatsRequest();
                case "close_session":
                    return new CloseSessionRequest { Session = (string)fields["session"]! };
                default:
                    throw new ArgumentException((string)fields["type"]!);
            }
        }

        private static Character CharacterFrom(object? told)
        {
            Fields fields = told.Map();
            return new Character(
                (string)fields["name"]!, fields["betas"] is null ? null : fields["betas"].Items().Select(b => b.Real()).ToArray());
        }

        private static Subject SubjectFrom(object? told)
        {
            Fields fields = told.Map();
            return new Subject(
                fields["pose"] is null ? null : PoseFrom(fields["pose"].Map()),
                fields["root"] is null
                    ? null
                    : new Root(fields["root"].Map()["position"].Vector(), fields["root"].Map()["yaw_rad"].Real()));
        }

        private static BodyPose PoseFrom(Fields fields)
        {
            float[] q = Floats(fields["rotations"]), t = Floats(fields["translation"]);
            return new BodyPose(
                Enumerable.Range(0, q.Length / 4)
                    .Select(i => new Quaterniond(q[4 * i], q[(4 * i) + 1], q[(4 * i) + 2], q[(4 * i) + 3])).ToArray(),
                new Vector3d(t[0], t[1], t[2]));
        }

        private static float[] Floats(object? array)
        {
            byte[] bytes = array.Map()["base64"].Bytes();
            return Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i)).ToArray();
        }
    }
}
