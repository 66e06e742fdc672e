#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a server answers on the control lane.</summary>
    public abstract class Reply
    {
        private protected Reply(WireMap map) => RequestId = map.OptionalInteger("request_id");

        /// <summary>The number of its request; null only in an error, where it could not be read.</summary>
        public long? RequestId { get; }
    }
}
