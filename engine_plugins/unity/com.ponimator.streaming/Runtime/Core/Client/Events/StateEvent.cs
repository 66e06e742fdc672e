#nullable enable

namespace Ponimator.Core
{
    /// <summary>An interaction's state has changed.</summary>
    public sealed class StateEvent : ClientEvent
    {
        internal StateEvent(Status status) => Status = status;

        /// <summary>How.</summary>
        public Status Status { get; }
    }
}
