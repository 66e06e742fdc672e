#nullable enable

namespace Ponimator.Core
{
    /// <summary>A session is open.</summary>
    public sealed class SessionOpened : Reply
    {
        internal SessionOpened(WireMap map)
            : base(map)
        {
            Session = map.Text("session", minCharacters: 1);
            Topic = map.Text("topic", WireLimits.MaxTextCharacters, 1);
            Skeleton = Skeleton.From(map.Map("skeleton"));
        }

        /// <summary>Its name on the server.</summary>
        public string Session { get; }

        /// <summary>What to subscribe to.</summary>
        public string Topic { get; }

        /// <summary>The two bodies.</summary>
        public Skeleton Skeleton { get; }
    }
}
