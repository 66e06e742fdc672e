#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>How blocks arrive, and how much later than the server's clock it is therefore wise to play.</summary>
    internal sealed class Arrivals
    {
        private const double MaxDelayS = 0.5;
        private const int KeptSlacks = 32;

        /// <summary>Of each new difference in the moving average, as of RTP (RFC 3550, 6.4.1).</summary>
        private const double JitterShare = 1.0 / 16;
        private const double JittersOfSafety = 3.0;
        private const long SettlingNs = 2_000_000_000;

        private readonly Queue<double> _slacksS = new Queue<double>();
        private long? _lastRevision;
        private double _lastSlackS;
        private long? _subscribedNs;

        /// <summary>By how much the slack changes from one block to the next, on average.</summary>
        internal double JitterS { get; private set; }

        /// <summary>How much later than the server's clock to play.</summary>
        internal double WantedDelayS
        {
            get
            {
                double smallestS = double.PositiveInfinity;
                foreach (double slackS in _slacksS)
                {
                    smallestS = Math.Min(smallestS, slackS);
                }

                return _slacksS.Count == 0
                    ? 0.0
                    : Math.Min(Math.Max((JittersOfSafety * JitterS) - smallestS, 0.0), MaxDelayS);
            }
        }

        /// <summary>A subscription begins: what plays already, or was asked for again, comes first and too late.</summary>
        internal void Subscribed(long atNs) => _subscribedNs = atNs;

        /// <summary>Takes a block in that brought new frames behind all others.</summary>
        /// <param name="slackS">So long before the first of them is needed.</param>
        /// <param name="revision">Of the block.</param>
        /// <param name="arrivalNs">When it came, on the server's clock.</param>
        internal void Add(double slackS, long revision, long arrivalNs)
        {
            bool settling = _subscribedNs != null && arrivalNs - _subscribedNs.Value < SettlingNs;
            if (slackS < 0 && settling)
            {
                return;
            }

            // A server sends the first blocks of a revision all at once: only within one revision, and only a fall, is
            // a change of the slack the network's. Twice, for a rise follows each fall.
            if (_lastRevision == revision)
            {
                double fallS = Math.Max(0.0, _lastSlackS - slackS);
                JitterS += ((2 * fallS) - JitterS) * JitterShare;
            }

            _lastRevision = revision;
            _lastSlackS = slackS;
            _slacksS.Enqueue(slackS);
            if (_slacksS.Count > KeptSlacks)
            {
                _slacksS.Dequeue();
            }
        }
    }
}
