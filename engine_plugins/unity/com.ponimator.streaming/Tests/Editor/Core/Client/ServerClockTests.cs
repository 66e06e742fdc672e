#nullable enable

using System.Collections.Generic;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class ServerClockTests
    {
        [Test]
        public void OffsetsAreThoseOfTheGoldenFile()
        {
            var golden = Golden.Json("clock.json");
            double toleranceNs = golden["tolerance_ns"].Real();
            var clock = new ServerClock();
            foreach (object? told in golden["steps"].Items())
            {
                Dictionary<string, object?> step = told.Map();
                switch ((string)step["do"]!)
                {
                    case "connect":
                        clock = new ServerClock();
                        break;
                    case "ping":
                        clock.Add(
                            (long)step["sent_ns"]!,
                            (long)step["server_receive_ns"]!,
                            (long)step["server_send_ns"]!,
                            (long)step["received_ns"]!);
                        break;
                    case "read":
                        Assert.That(
                            clock.OffsetNs((long)step["at_ns"]!),
                            Is.EqualTo(step["offset_ns"]).Within(toleranceNs),
                            $"offset at {step["at_ns"]}");
                        Assert.That(clock.RoundTripNs, Is.EqualTo(step["round_trip_ns"]).Within(toleranceNs));
                        break;
                    default:
                        Assert.Fail($"an unknown step: {step["do"]}");
                        break;
                }
            }
        }
    }
}
