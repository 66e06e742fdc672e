#nullable enable

namespace Ponimator.Core
{
    /// <summary>What a server says to all subscribers of a session.</summary>
    public abstract class StreamMessage
    {
        private protected StreamMessage()
        {
        }

        /// <summary>The session that it is about.</summary>
        public string Session { get; internal set; } = "";
    }
}
