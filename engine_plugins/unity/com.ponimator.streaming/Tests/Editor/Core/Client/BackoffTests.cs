#nullable enable

using System;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class BackoffTests
    {
        [Test]
        public void DelaysDoubleUpToTwoSecondsAndAreCutByChance()
        {
            for (int seed = 0; seed < 50; seed++)
            {
                var backoff = new Backoff(new Random(seed));
                foreach (double whole in new[] { 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0 })
                {
                    Assert.That(backoff.NextS(), Is.InRange(whole / 2, whole));
                }

                backoff.Reset();
                Assert.That(backoff.NextS(), Is.InRange(0.05, 0.1));
            }
        }
    }
}
