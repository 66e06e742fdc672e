#nullable enable

namespace Ponimator.Core
{
    /// <summary>Reads replies of the control lane.</summary>
    public static class ReplyDecoder
    {
        /// <summary>A reply, checked whole: size, type, protocol number, fields, arrays.</summary>
        /// <exception cref="ProtocolException">The bytes are none.</exception>
        public static Reply Decode(byte[] data)
        {
            WireMap map = WireMap.Whole(data, WireLimits.MaxReplyBytes);
            string type = map.Text("type", WireLimits.MaxTextCharacters);
            Reply reply = Read(type, map);
            return reply.RequestId != null || reply is ErrorReply
                ? reply
                : throw map.Misfit("request_id", "a request's number", "none");
        }

        private static Reply Read(string type, WireMap map)
        {
            switch (type)
            {
                case "hello_ok": return new HelloOk(map);
                case "session_opened": return new SessionOpened(map);
                case "interaction_accepted": return new InteractionAccepted(map);
                case "cancelled": return new Cancelled(map);
                case "resent": return new Resent(map);
                case "pong": return new Pong(map);
                case "stats_reply": return new StatsReply(map);
                case "session_closed": return new SessionClosed(map);
                case "error": return new ErrorReply(map);
                default:
                    throw new SchemaMismatchException(
                        "Expected a type of cancelled, error, hello_ok, interaction_accepted, pong, resent, "
                        + $"session_closed, session_opened, stats_reply; got {WireMap.Shortened(type)}.");
            }
        }
    }
}
