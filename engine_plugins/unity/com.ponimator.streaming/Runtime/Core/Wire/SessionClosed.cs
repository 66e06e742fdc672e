#nullable enable

namespace Ponimator.Core
{
    /// <summary>A session is no more.</summary>
    public sealed class SessionClosed : Reply
    {
        internal SessionClosed(WireMap map)
            : base(map) => Session = map.Text("session", minCharacters: 1);

        /// <summary>Its name on the server.</summary>
        public string Session { get; }
    }
}
