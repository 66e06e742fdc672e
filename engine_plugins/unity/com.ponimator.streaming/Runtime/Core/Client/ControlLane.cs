#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>The control lane as a client sees it: requests, each with its reply.</summary>
    internal sealed class ControlLane : IDisposable
    {
        private const int LongestWaitMs = 50;
        private readonly ITransport _transport;
        private readonly ClientState _state;
        private readonly Dictionary<long, PendingRequest> _pending = new Dictionary<long, PendingRequest>();
        private readonly IConnection[] _waitFor;

        internal ControlLane(ITransport transport, ClientState state)
        {
            _transport = transport;
            _state = state;
            Connection = transport.ConnectControl(state.Options.Control, state.Options.Keys);
            _waitFor = new[] { Connection };
        }

        internal IConnection Connection { get; }

        public void Dispose() => Connection.Dispose();

        /// <summary>Sends a request.</summary>
        /// <exception cref="ServerLostException">There is no connection to send it by.</exception>
        /// <exception cref="AttemptsEndedException">The server wants other keys.</exception>
        internal void Send(PendingRequest pending)
        {
            if (pending.Request is SessionRequest request)
            {
                request.Session = _state.Session ?? "";
            }

            long id = _state.NextRequestId++;
            byte[] message = pending.Request.Encode(id);
            pending.TimesSent++;
            _pending[id] = pending;
            if (!Connection.TrySend(message))
            {
                // Why it cannot be sent says more than that it cannot.
                CheckStanding();
                throw new ServerLostException(ConnectionWords.Gone(Connection.Endpoint));
            }
        }

        /// <summary>The next reply that somebody waits for; false where none has come.</summary>
        /// <param name="asked">What it answers; null where the server could not read which.</param>
        /// <param name="reply">What came.</param>
        internal bool TryReceive(out PendingRequest? asked, out Reply? reply)
        {
            while (Connection.TryReceive() is IReadOnlyList<byte[]> frames)
            {
                asked = null;
                try
                {
                    reply = ReplyDecoder.Decode(frames[frames.Count - 1]);
                }
                catch (UnsupportedProtocolException error)
                {
                    throw new AttemptsEndedException(error.Message);
                }
                catch (ProtocolException error)
                {
                    _state.CountBad(error.Message);
                    continue;
                }

                if (reply.RequestId is null || _pending.Remove(reply.RequestId.Value, out asked))
                {
                    return true;
                }

                // Else the late reply of a request that nobody waits for any more.
            }

            asked = null;
            reply = null;
            return false;
        }

        /// <summary>Sends a request and waits for its reply.</summary>
        /// <exception cref="ServerLostException">It did not come.</exception>
        /// <exception cref="OperationCanceledException">The client is to stop.</exception>
        internal Reply Ask(Request request, double timeoutS)
        {
            var pending = new PendingRequest(request, _state.Clock.NowNs + MonotonicClock.Ns(timeoutS), isGames: false);
            Send(pending);
            while (true)
            {
                while (TryReceive(out PendingRequest? asked, out Reply? reply))
                {
                    if (asked is null || asked == pending)
                    {
                        return reply!;
                    }
                }

                Check(timeoutS);
                _state.RefuseTheOverdue();
                _transport.Wait(_waitFor, LongestWaitMs);
            }
        }

        /// <summary>Raises what ends the connection, or the client.</summary>
        /// <exception cref="ServerLostException">It is gone, or a reply did not come in time.</exception>
        /// <exception cref="AttemptsEndedException">It wants other keys.</exception>
        /// <exception cref="OperationCanceledException">The client is to stop.</exception>
        internal void Check(double timeoutS)
        {
            if (_state.Stopping.IsSet)
            {
                throw new OperationCanceledException();
            }

            CheckStanding();

            long nowNs = _state.Clock.NowNs;
            foreach (KeyValuePair<long, PendingRequest> pending in _pending)
            {
                if (nowNs > pending.Value.DeadlineNs)
                {
                    GiveUp(pending.Key, pending.Value, timeoutS);
                }
            }
        }

        private void CheckStanding()
        {
            switch (Connection.Standing)
            {
                case Standing.Refused:
                    throw new AttemptsEndedException(
                        ConnectionWords.Refusal(Connection.Endpoint, _state.Options.Keys));
                case Standing.Unreached:
                    throw new ServerLostException(ConnectionWords.Unreached(Connection.Endpoint));
                case Standing.CutOff:
                    throw new ServerLostException(ConnectionWords.CutOff(Connection.Endpoint, _state.Options.Keys));
                case Standing.Lost:
                    throw new ServerLostException(ConnectionWords.Gone(Connection.Endpoint));
            }
        }

        private void GiveUp(long id, PendingRequest silent, double timeoutS)
        {
            _pending.Remove(id);
            double seconds = silent.IsGames ? _state.TimeoutS(silent.Request) : timeoutS;
            string message = ConnectionWords.Silent(Connection.Endpoint, silent.Request.Name, seconds);
            if (silent.IsGames)
            {
                _state.Say(new RefusedEvent(silent.Request, null, message));
            }

            throw new ServerLostException(message);
        }

        /// <summary>What was sent and is not answered, in its order; nobody waits for it here any more.</summary>
        internal IReadOnlyList<PendingRequest> TakeUnanswered()
        {
            PendingRequest[] unanswered = _pending.OrderBy(p => p.Key).Select(p => p.Value).ToArray();
            _pending.Clear();
            return unanswered;
        }
    }
}
