#nullable enable

namespace Ponimator.Core
{
    /// <summary>Asks for counters and latencies.</summary>
    public sealed class StatsRequest : Request
    {
        /// <summary>A question.</summary>
        public StatsRequest()
            : base("stats")
        {
        }

        private protected override int FieldCount => 0;

        private protected override void WriteFields(MsgpackWriter writer)
        {
        }
    }
}
