using NUnit.Framework;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    [TestFixture]
    public sealed class UnityFramesTests
    {
        [Test]
        public void APersonsLeftIsOnUnitysLeft()
        {
            Vector3 left = UnityFrames.FromCanonical(new Vector3d(1, 0, 0));
            Assert.That(Vector3.Distance(left, Vector3.left), Is.LessThan(1e-6f));
        }

        [Test]
        public void ThereAndBackIsNoChange()
        {
            var place = new Vector3(0.3f, -1.2f, 2.5f);
            Quaternion turn = Quaternion.Euler(20, -50, 110);
            Assert.That(Vector3.Distance(UnityFrames.FromCanonical(UnityFrames.ToCanonical(place)), place), Is.LessThan(1e-6f));
            Quaternion again = UnityFrames.FromCanonical(UnityFrames.ToCanonical(turn));
            Assert.That(Quaternion.Angle(again, turn), Is.LessThan(1e-3f));
        }

        [Test]
        public void ATurnedPlaceIsTurnedInBothFrames()
        {
            var place = new Vector3(0.3f, -1.2f, 2.5f);
            Quaternion turn = Quaternion.Euler(20, -50, 110);
            Vector3d canonical = UnityFrames.ToCanonical(turn) * UnityFrames.ToCanonical(place);
            Assert.That(Vector3.Distance(UnityFrames.FromCanonical(canonical), turn * place), Is.LessThan(1e-5f));
        }

        [Test]
        public void AHeadingIsTheSameTurn()
        {
            const double Yaw = 0.7;
            Quaternion fromDegrees = Quaternion.AngleAxis(UnityFrames.YawDegrees(Yaw), Vector3.up);
            Quaternion fromTurn = UnityFrames.FromCanonical(Quaterniond.About(Vector3d.Up, Yaw));
            Assert.That(Quaternion.Angle(fromDegrees, fromTurn), Is.LessThan(1e-3f));
        }
    }
}
