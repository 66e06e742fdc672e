using System;
using System.Collections.Generic;
using System.Linq;
using Ponimator.Core;
using Ponimator.Core.Tests;

namespace Ponimator.Streaming.Tests
{
    /// <summary>What a server says of the golden handshake, as bytes.</summary>
    internal static class GoldenStream
    {
        internal const int RateHz = 30;

        internal static byte[] SessionOpened(long id, string session)
        {
            MsgpackWriter writer = Begun("session_opened", 4);
            Put(writer, "request_id", id);
            Put(writer, "session", session);
            Put(writer, "topic", "session/" + session);
            writer.Text("skeleton");
            writer.MapHeader(6);
            Put(writer, "type", "skeleton");
            Put(writer, "session", session);
            Put(writer, "joints", BodyJoints.Names.ToArray());
            writer.Text("parents");
            writer.ArrayHeader(BodyJoints.Parents.Count);
            foreach (int parent in BodyJoints.Parents)
            {
                writer.Integer(parent);
            }
            writer.Text("rest_joints");
            writer.Binary(Floats(Enumerable.Range(0, 2).SelectMany(Stage.RestJoints).SelectMany(Numbers)));
            Put(writer, "names", "Ann", "Ben");
            return writer.ToArray();
        }

        /// <summary>All frames as one block that begins at frame 0, and is the whole interaction.</summary>
        internal static byte[] Motion(string session, long timeNs)
        {
            Dictionary<string, object>[] frames = Stage.Case()["frames"].Items().Select(frame => frame.Map()).ToArray();
            double[][] rotations = frames.Select(frame => RetargetGolden.Numbers(frame["rotations_xyzw"])).ToArray();
            double[][] translations = frames.Select(frame => RetargetGolden.Numbers(frame["translations"])).ToArray();
            double[][] feet = frames.Select(frame => RetargetGolden.Numbers(frame["foot_contacts"])).ToArray();
            MsgpackWriter writer = Begun("motion", 11);
            Put(writer, "session", session);
            Put(writer, "interaction", 1);
            Put(writer, "revision", 1);
            Put(writer, "start", 0);
            Put(writer, "count", frames.Length);
            Put(writer, "rate_hz", RateHz);
            Put(writer, "time_ns", timeNs);
            writer.Text("rotations");
            writer.Binary(Floats(ByPerson(rotations)));
            writer.Text("translations");
            writer.Binary(Floats(ByPerson(translations)));
            writer.Text("foot_contacts");
            writer.Binary(ByPerson(feet).Select(stands => (byte)stands).ToArray());
            writer.Text("final");
            writer.Boolean(true);
            return writer.ToArray();
        }

        internal static byte[] Status(string session, string state, long interaction, string message = "")
        {
            MsgpackWriter writer = Begun("status", 5);
            Put(writer, "session", session);
            Put(writer, "state", state);
            Put(writer, "time_ns", 0);
            Put(writer, "interaction", interaction);
            Put(writer, "message", message);
            return writer.ToArray();
        }

        private static MsgpackWriter Begun(string type, int fields)
        {
            var writer = new MsgpackWriter();
            writer.MapHeader(1 + fields);
            Put(writer, "type", type);
            return writer;
        }

        private static void Put(MsgpackWriter writer, string name, long value)
        {
            writer.Text(name);
            writer.Integer(value);
        }

        private static void Put(MsgpackWriter writer, string name, params string[] values)
        {
            writer.Text(name);
            if (values.Length > 1)
            {
                writer.ArrayHeader(values.Length);
            }
            Array.ForEach(values, writer.Text);
        }

        /// <summary>From frame by frame to person by person.</summary>
        private static IEnumerable<double> ByPerson(double[][] frames) =>
            Enumerable.Range(0, 2).SelectMany(person =>
                frames.SelectMany(frame => frame.Skip(person * frame.Length / 2).Take(frame.Length / 2)));

        private static IEnumerable<double> Numbers(Vector3d place) => new[] { place.X, place.Y, place.Z };

        private static byte[] Floats(IEnumerable<double> numbers) =>
            numbers.SelectMany(number => BitConverter.GetBytes((float)number)).ToArray();
    }
}
