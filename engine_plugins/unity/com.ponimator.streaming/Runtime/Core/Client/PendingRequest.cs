#nullable enable

namespace Ponimator.Core
{
    /// <summary>A request that waits to be sent or answered.</summary>
    internal sealed class PendingRequest
    {
        internal PendingRequest(Request request, long deadlineNs, bool isGames)
        {
            Request = request;
            DeadlineNs = deadlineNs;
            IsGames = isGames;
        }

        internal Request Request { get; }

        /// <summary>When its answer must have come.</summary>
        internal long DeadlineNs { get; }

        /// <summary>Whether the game asked; otherwise the client itself did.</summary>
        internal bool IsGames { get; }

        /// <summary>How often it was sent.</summary>
        internal int TimesSent { get; set; }
    }
}
