#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Delays that double up to a bound, each cut by chance to between a half and the whole.</summary>
    /// <remarks>Without the chance, all clients of a server that was restarted would come back at once.</remarks>
    internal sealed class Backoff
    {
        internal const double FirstDelayS = 0.1;
        internal const double LongestDelayS = 2.0;
        private readonly Random _random;
        private double _delayS = FirstDelayS;

        internal Backoff(Random random) => _random = random;

        internal void Reset() => _delayS = FirstDelayS;

        internal double NextS()
        {
            double delayS = _delayS * (0.5 + (0.5 * _random.NextDouble()));
            _delayS = Math.Min(2 * _delayS, LongestDelayS);
            return delayS;
        }
    }
}
