#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>What holds however the blocks come.</summary>
    [TestFixture]
    public sealed class PlayoutLawTests
    {
        private const int BlockFrames = 8;
        private const double DisplayHz = 240;

        [TestCase(1)]
        [TestCase(2)]
        [TestCase(3)]
        [TestCase(4)]
        public void NoPoseJumpsHoweverBadTheNetworkIs(int seed)
        {
            var random = new Random(seed);
            List<(long ArrivalNs, MotionBlock Block)> arrivals = Arrivals(random).OrderBy(a => a.ArrivalNs).ToList();
            var playout = new PlayoutBuffer();
            Shown shown = new Shown();
            var states = new HashSet<PlayoutState>();
            var before = new PersonPoseCopy();
            bool hasBefore = false;
            int next = 0;
            for (double frame = 0; frame < 300; frame += MadeBlocks.RateHz / DisplayHz)
            {
                long nowNs = MadeBlocks.DueNs(frame);
                while (next < arrivals.Count && arrivals[next].ArrivalNs <= nowNs)
                {
                    playout.Add(arrivals[next].Block, arrivals[next].ArrivalNs);
                    next++;
                }

                playout.Show(nowNs, shown);
                states.Add(shown.State);
                if (shown.State == PlayoutState.Waiting)
                {
                    Assert.That(hasBefore, Is.False, "what is shown does not vanish");
                    continue;
                }

                if (hasBefore)
                {
                    // What was held or replaced differs by less than its whole swing, and comes back in 0.25 s.
                    Assert.That(before.LargestTurnRad(shown), Is.LessThan(0.06), $"turn at frame {frame}");
                    Assert.That(before.LargestStepM(shown), Is.LessThan(0.03), $"step at frame {frame}");
                }

                before.Take(shown);
                hasBefore = true;
            }

            Assert.That(states.Contains(PlayoutState.Holding), Is.True, "a network so bad has holes");
            Assert.That(states.Contains(PlayoutState.Playing), Is.True);
        }

        [Test]
        public void OnAGoodNetworkNothingIsHeldAndNothingDelayed()
        {
            var playout = new PlayoutBuffer();
            var shown = new Shown();
            for (long start = 0; start < 240; start += BlockFrames)
            {
                MotionBlock block = MadeBlocks.Of(start, BlockFrames, final: start + BlockFrames >= 240);
                Assert.That(playout.Add(block, MadeBlocks.DueNs(start - 15)), Is.Null);
            }

            for (double frame = 0.4; frame < 239; frame += 0.43)
            {
                playout.Show(MadeBlocks.DueNs(frame), shown);
                Assert.That(shown.State, Is.EqualTo(PlayoutState.Playing));
                Assert.That(shown.Place, Is.EqualTo(frame).Within(1e-5));
            }

            playout.Show(MadeBlocks.DueNs(260), shown);
            Assert.That(shown.State, Is.EqualTo(PlayoutState.Resting));
        }

        [Test]
        public void OrderDoesNotMatterForWhatIsHeld()
        {
            MotionBlock[] blocks =
            {
                MadeBlocks.Of(0, 20), MadeBlocks.Of(20, 20), MadeBlocks.Of(10, 8, revision: 2),
                MadeBlocks.Of(18, 8, revision: 2), MadeBlocks.Of(24, 9, revision: 3), MadeBlocks.Of(0, 20),
            };
            double[] inOrder = Held(blocks);
            foreach (int seed in Enumerable.Range(0, 20))
            {
                var random = new Random(seed);
                double[] shuffled = Held(blocks.OrderBy(_ => random.Next()).ToArray());
                Assert.That(shuffled, Is.EqualTo(inOrder), $"order of seed {seed}");
            }
        }

        [Test]
        public void AnHourDoesNotFillTheMemory()
        {
            var playout = new PlayoutBuffer();
            var shown = new Shown();
            int most = 0;
            for (long start = 0; start < 3600 * MadeBlocks.RateHz / 10; start += BlockFrames)
            {
                playout.Add(MadeBlocks.Of(start, BlockFrames), MadeBlocks.DueNs(start - 15));
                playout.Show(MadeBlocks.DueNs(start), shown);
                most = Math.Max(most, playout.FramesHeld);
            }

            Assert.That(most, Is.LessThan((2 * MadeBlocks.RateHz) + (3 * BlockFrames)));
        }

        [Test]
        public void ATimeThatGoesBackIsTakenForTheLastOne()
        {
            var playout = new PlayoutBuffer();
            var shown = new Shown();
            playout.Show(MadeBlocks.DueNs(900), shown);
            playout.Add(MadeBlocks.Of(0, 60), MadeBlocks.DueNs(-30));
            playout.Show(MadeBlocks.DueNs(20.5), shown);
            Assert.That(shown.Place, Is.EqualTo(20.5).Within(1e-5), "before anything was shown the clock may change");
            playout.Show(MadeBlocks.DueNs(3.5), shown);
            Assert.That(shown.Place, Is.EqualTo(20.5).Within(1e-5));
            playout.Clear();
            playout.Add(MadeBlocks.Of(0, 60), MadeBlocks.DueNs(-30));
            playout.Show(MadeBlocks.DueNs(3.5), shown);
            Assert.That(shown.Place, Is.EqualTo(3.5).Within(1e-5));
        }

        private static IEnumerable<(long ArrivalNs, MotionBlock Block)> Arrivals(Random random)
        {
            for (long start = 0; start < 300; start += BlockFrames)
            {
                if (random.NextDouble() < 0.15)
                {
                    continue;
                }

                // From half a second early to a quarter of a second late.
                double early = (0.5 - (0.75 * Math.Pow(random.NextDouble(), 3))) * MadeBlocks.RateHz;
                yield return (MadeBlocks.DueNs(start - early), MadeBlocks.Of(start, BlockFrames, 1 + (start / 100)));
            }
        }

        /// <summary>Where the first person's first joint is in each frame.</summary>
        private static double[] Held(IEnumerable<MotionBlock> blocks)
        {
            var playout = new PlayoutBuffer();
            foreach (MotionBlock block in blocks)
            {
                playout.Add(block, MadeBlocks.DueNs(-30));
            }

            var shown = new Shown();
            var held = new List<double>();
            for (int frame = 0; frame < 32; frame++)
            {
                playout.Show(MadeBlocks.DueNs(frame + 0.5), shown);
                held.Add(Math.Round(shown.Persons[0].Translation.X, 6));
            }

            return held.ToArray();
        }
    }
}
