#nullable enable

using Ponimator.Core;

/// <summary>Events of the client as lines.</summary>
internal static class EventLines
{
    internal static JsonLine? Of(ClientEvent news)
    {
        switch (news)
        {
            case ConnectedEvent connected:
                return new JsonLine("connected")
                    .With("server", connected.Server.Server).With("protocol", connected.Server.ProtocolNumber);
            case SessionOpenedEvent opened:
                return new JsonLine("opened")
                    .With("session", opened.Opened.Session).With("resumed", opened.IsResumed);
            case AcceptedEvent accepted:
                return new JsonLine("accepted")
                    .With("interaction", accepted.Reply.Interaction).With("apply_frame", accepted.Reply.ApplyFrame);
            case CancelledEvent cancelled:
                return new JsonLine("cancelled").With("apply_frame", cancelled.Reply.ApplyFrame);
            case StateEvent state:
                return new JsonLine("state")
                    .With("state", WireWords.Of(state.Status.State))
                    .With("code", state.Status.Code is ErrorCode why ? WireWords.Of(why) : null)
                    .With("message", state.Status.Message);
            case RefusedEvent refused:
                return new JsonLine("refused")
                    .With("code", refused.Code is ErrorCode code ? WireWords.Of(code) : null)
                    .With("message", refused.Message);
            case LostEvent lost:
                return new JsonLine("lost").With("message", lost.Message);
            case RecoveredEvent recovered:
                return new JsonLine("recovered").With("seconds", recovered.Seconds);
            case InteractionLostEvent gone:
                return new JsonLine("interaction_lost").With("message", gone.Message);
            case BadMessageEvent bad:
                return new JsonLine("bad_message").With("message", bad.Message);
            case EndedEvent ended:
                return new JsonLine("ended").With("message", ended.Message);
            default:
                return null;
        }
    }
}
