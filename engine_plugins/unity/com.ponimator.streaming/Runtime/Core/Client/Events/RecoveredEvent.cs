#nullable enable

namespace Ponimator.Core
{
    /// <summary>A lost server was found again.</summary>
    public sealed class RecoveredEvent : ClientEvent
    {
        internal RecoveredEvent(double seconds) => Seconds = seconds;

        /// <summary>How long that took.</summary>
        public double Seconds { get; }
    }
}
