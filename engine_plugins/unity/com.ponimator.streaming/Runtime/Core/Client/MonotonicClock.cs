#nullable enable

using System.Diagnostics;

namespace Ponimator.Core
{
    /// <summary>This machine's clock: never goes back, begins at 0.</summary>
    internal sealed class MonotonicClock
    {
        internal const double NsPerS = 1e9;
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        internal long NowNs => (long)(_watch.ElapsedTicks * (NsPerS / Stopwatch.Frequency));

        internal static long Ns(double seconds) => (long)(seconds * NsPerS);
    }
}
