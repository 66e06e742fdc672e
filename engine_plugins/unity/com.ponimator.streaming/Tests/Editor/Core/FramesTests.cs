#nullable enable

using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class FramesTests
    {
        [Test]
        public void PositionsAndRotationsAreThoseOfTheGoldenFile()
        {
            var golden = Golden.Json("frames.json");
            double tolerance = golden["tolerance"].Real();
            foreach (object? pair in golden["positions"].Items())
            {
                Vector3d canonical = pair.Map()["canonical"].Vector(), unity = pair.Map()["unity"].Vector();
                Assert.That((Frames.UnityFromCanonical(canonical) - unity).Length, Is.LessThan(tolerance));
                Assert.That((Frames.CanonicalFromUnity(unity) - canonical).Length, Is.LessThan(tolerance));
            }

            foreach (object? pair in golden["quaternions"].Items())
            {
                Quaterniond canonical = pair.Map()["canonical"].Rotation(), unity = pair.Map()["unity"].Rotation();
                Assert.That(Quaterniond.Angle(Frames.UnityFromCanonical(canonical), unity), Is.LessThan(tolerance));
                Assert.That(Quaterniond.Angle(Frames.CanonicalFromUnity(unity), canonical), Is.LessThan(tolerance));
            }
        }

        [Test]
        public void ABodysOwnChainLeadsToItsJointsInUnitysFrameToo()
        {
            var golden = Golden.Json("frames.json");
            Dictionary<string, object?> body = golden["body"].Map();
            var rotations = new Quaterniond[WireLimits.JointCount];
            var joints = new Vector3d[WireLimits.JointCount];
            Vector3d[] rest = body["rest_joints"].Items().Select(Converted).ToArray();
            for (int joint = 0; joint < WireLimits.JointCount; joint++)
            {
                int parent = (int)(long)body["parents"].Items()[joint]!;
                Quaterniond local = Frames.UnityFromCanonical(
                    body["local_rotations"].Items()[joint].Map()["canonical"].Rotation());
                rotations[joint] = parent < 0 ? local : rotations[parent] * local;
                joints[joint] = parent < 0
                    ? rest[joint] + Converted(body["translation"])
                    : joints[parent] + (rotations[parent] * (rest[joint] - rest[parent]));
                Vector3d place = body["joints"].Items()[joint].Map()["unity"].Vector();
                Quaterniond turn = body["world_rotations"].Items()[joint].Map()["unity"].Rotation();

                // The file's numbers are rounded, and a chain adds up what they lack.
                double tolerance = 5 * golden["tolerance"].Real();
                Assert.That((joints[joint] - place).Length, Is.LessThan(tolerance), $"joint {joint}, m");
                Assert.That(
                    Quaterniond.Angle(rotations[joint], turn.Normalised), Is.LessThan(tolerance), $"joint {joint}, rad");
            }
        }

        [Test]
        public void ARotatedVectorIsTheSameInBothFrames()
        {
            Quaterniond turn = Quaterniond.About(new Vector3d(0.6, 0.0, 0.8), 1.1);
            var vector = new Vector3d(0.3, -0.7, 2.0);
            Vector3d mirrored = Frames.UnityFromCanonical(turn) * Frames.UnityFromCanonical(vector);
            Assert.That((Frames.UnityFromCanonical(turn * vector) - mirrored).Length, Is.LessThan(1e-12));
        }

        [Test]
        public void AYawTurnsTheOtherWayRound()
        {
            const double Yaw = 0.4;
            Quaterniond canonical = Quaterniond.About(Vector3d.Up, Frames.CanonicalYawFromUnity(Yaw));
            Quaterniond unity = Quaterniond.About(Vector3d.Up, Yaw);
            Assert.That(Quaterniond.Angle(Frames.UnityFromCanonical(canonical), unity), Is.LessThan(1e-9));
        }

        private static Vector3d Converted(object? told) => Frames.UnityFromCanonical(told.Map()["canonical"].Vector());
    }
}
