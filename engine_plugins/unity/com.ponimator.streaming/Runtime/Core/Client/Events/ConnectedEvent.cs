#nullable enable

namespace Ponimator.Core
{
    /// <summary>A server has answered.</summary>
    public sealed class ConnectedEvent : ClientEvent
    {
        internal ConnectedEvent(HelloOk server) => Server = server;

        /// <summary>What it says of itself.</summary>
        public HelloOk Server { get; }
    }
}
