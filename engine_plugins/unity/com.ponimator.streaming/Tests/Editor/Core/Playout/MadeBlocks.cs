#nullable enable

using System;

namespace Ponimator.Core.Tests
{
    /// <summary>Blocks of a smooth motion, in which every joint turns in another way.</summary>
    internal static class MadeBlocks
    {
        internal const int RateHz = 30;
        internal const double LargestTurnRadPerS = 1.7;
        internal const double LargestSpeedMPerS = 1.6;
        internal const long OriginNs = 5_000_000_000_000;

        internal static long DueNs(double frame) => OriginNs + (long)(frame / RateHz * 1e9);

        internal static MotionBlock Of(long start, int count, long revision = 1, bool final = false)
        {
            var block = new MotionBlock
            {
                Session = "s-0001",
                Interaction = 1,
                Revision = revision,
                Start = start,
                Count = count,
                RateHz = RateHz,
                TimeNs = DueNs(start),
                Rotations = new Quaterniond[WireLimits.PersonCount * count * WireLimits.JointCount],
                Translations = new Vector3d[WireLimits.PersonCount * count],
                FootContacts = new byte[WireLimits.PersonCount * count * WireLimits.FootCount],
                Final = final,
            };
            for (int person = 0; person < WireLimits.PersonCount; person++)
            {
                for (int row = 0; row < count; row++)
                {
                    // Each revision is another motion, by a little.
                    Fill(block, person, row, ((start + row) / (double)RateHz) + (0.1 * revision));
                }
            }

            return block;
        }

        private static void Fill(MotionBlock block, int person, int row, double timeS)
        {
            int at = (person * block.Count) + row;
            block.Translations[at] = new Vector3d(Math.Sin(1.5 * timeS) + person, 1, 0.5 * Math.Cos(1.5 * timeS));
            for (int joint = 0; joint < WireLimits.JointCount; joint++)
            {
                Vector3d axis = new Vector3d(Math.Sin(joint + person), Math.Cos(1.7 * joint), 0.5);
                double angle = 0.8 * Math.Sin((2.1 * timeS) + (0.7 * joint) + person);
                block.Rotations[(at * WireLimits.JointCount) + joint] =
                    Quaterniond.About(axis / axis.Length, angle);
            }
        }
    }
}
