#nullable enable

namespace Ponimator.Core
{
    /// <summary>A request about a session; which one is said when it is sent, for it may be opened anew before.</summary>
    public abstract class SessionRequest : Request
    {
        private protected SessionRequest(string type)
            : base(type)
        {
        }

        /// <summary>The session's name on the server; the client sets it.</summary>
        public string Session { get; internal set; } = "";
    }
}
