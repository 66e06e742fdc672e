#nullable enable

namespace Ponimator.Core
{
    /// <summary>The first words of a connection: hello, the comparison of clocks, the session.</summary>
    internal sealed class Greeting
    {
        private readonly ControlLane _control;
        private readonly ClientState _state;

        internal Greeting(ControlLane control, ClientState state)
        {
            _control = control;
            _state = state;
        }

        /// <summary>What the server says of itself.</summary>
        /// <exception cref="ServerLostException">It does not answer in time.</exception>
        /// <exception cref="AttemptsEndedException">It speaks another protocol, or wants other keys.</exception>
        internal HelloOk Hello(double patienceS) => Answer<HelloOk>(new HelloRequest(_state.Options.Name), patienceS);

        /// <summary>Learns the server's clock; the display goes on by the one before until it is known.</summary>
        internal void CompareClocks()
        {
            var clock = new ServerClock();
            for (int ping = 0; ping < ServerClock.FirstPings; ping++)
            {
                long sentNs = _state.Clock.NowNs;
                var pong = Answer<Pong>(new PingRequest(sentNs), _state.Options.ReplyTimeoutS);
                clock.Add(sentNs, pong.ServerReceiveNs, pong.ServerSendNs, _state.Clock.NowNs);
            }

            _state.ServerClock = clock;
        }

        /// <summary>The session that was open, or where there is none, or none that the server knows, a new one.</summary>
        internal SessionOpened Open()
        {
            double timeoutS = _state.Options.ReplyTimeoutS;
            if (_state.Session != null)
            {
                Reply reply = _control.Ask(_state.Options.OpenSession(_state.Session), timeoutS);
                if (!(reply is ErrorReply error && error.Code == ErrorCode.UnknownSession))
                {
                    return Expected<SessionOpened>(reply);
                }
            }

            return Answer<SessionOpened>(_state.Options.OpenSession(null), timeoutS);
        }

        private T Answer<T>(Request request, double timeoutS)
            where T : Reply => Expected<T>(_control.Ask(request, timeoutS));

        private static T Expected<T>(Reply reply)
            where T : Reply
        {
            switch (reply)
            {
                case T expected:
                    return expected;
                case ErrorReply error when IsPassing(error.Code):
                    throw new ServerLostException(error.Message);
                case ErrorReply error:
                    throw new AttemptsEndedException(error.Message);
                default:
                    throw new ServerLostException($"Expected a {typeof(T).Name}, got a {reply.GetType().Name}.");
            }
        }

        /// <summary>Whether a refusal may be over when it is tried again.</summary>
        private static bool IsPassing(ErrorCode code) => code == ErrorCode.Busy || code == ErrorCode.Late
            || code == ErrorCode.Internal || code == ErrorCode.UnknownSession;
    }
}
