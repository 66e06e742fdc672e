#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>
    /// The server's clock as pings tell it, for one connection: the best sample at once, later ones without a jump.
    /// </summary>
    /// <remarks>Times are monotonic nanoseconds; it reads no clock. Any thread may ask.</remarks>
    public sealed class ServerClock
    {
        /// <summary>How many pings a connection begins with; their offsets are taken at once.</summary>
        public const int FirstPings = 8;

        private const int KeptSamples = 32;
        private const double Slew = 0.005;

        private readonly object _lock = new object();
        private readonly Queue<Sample> _samples = new Queue<Sample>();
        private Sample _best;
        private int _taken;
        private long _baseNs;
        private long _basedAtNs;

        /// <summary>The way there and back of the best sample, without the server's own time; 0 before the first.</summary>
        public long RoundTripNs
        {
            get
            {
                lock (_lock)
                {
                    return _best.WayNs;
                }
            }
        }

        /// <summary>Takes a ping's four times, the first and the last on our clock.</summary>
        public void Add(long sentNs, long serverReceiveNs, long serverSendNs, long receivedNs)
        {
            lock (_lock)
            {
                _baseNs = OffsetAt(receivedNs);
                _basedAtNs = receivedNs;
                _samples.Enqueue(new Sample(
                    ((serverReceiveNs - sentNs) + (serverSendNs - receivedNs)) / 2,
                    (receivedNs - sentNs) - (serverSendNs - serverReceiveNs)));
                if (_samples.Count > KeptSamples)
                {
                    _samples.Dequeue();
                }

                _taken++;
                FindBest();
                if (_taken <= FirstPings)
                {
                    _baseNs = _best.OffsetNs;
                }
            }
        }

        /// <summary>The server's clock minus ours, at a time on ours that is not before the last ping.</summary>
        public long OffsetNs(long atNs)
        {
            lock (_lock)
            {
                return OffsetAt(atNs);
            }
        }

        private long OffsetAt(long atNs)
        {
            long reachNs = (long)(Math.Max(0L, atNs - _basedAtNs) * Slew);
            return _baseNs + Math.Max(-reachNs, Math.Min(reachNs, _best.OffsetNs - _baseNs));
        }

        /// <summary>The shortest way, the newest where several are as short.</summary>
        private void FindBest()
        {
            _best = _samples.Peek();
            foreach (Sample sample in _samples)
            {
                _best = sample.WayNs <= _best.WayNs ? sample : _best;
            }
        }

        private readonly struct Sample
        {
            internal Sample(long offsetNs, long wayNs)
            {
                OffsetNs = offsetNs;
                WayNs = wayNs;
            }

            internal long OffsetNs { get; }

            internal long WayNs { get; }
        }
    }
}
