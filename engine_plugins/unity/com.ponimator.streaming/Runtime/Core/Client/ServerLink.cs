#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>One connection to a server, from the greeting until it is lost.</summary>
    internal sealed class ServerLink : IDisposable
    {
        private const double PingPeriodS = 1.0;
        private const double GoodbyeS = 0.3;
        private const int LongestWaitMs = 5;

        /// <summary>However much a server sends, the client still looks whether it is to stop.</summary>
        private const int MostAtOnce = 64;
        private readonly ITransport _transport;
        private readonly ClientState _state;
        private readonly ControlLane _control;
        private StreamLane? _stream;
        private long _pingSentNs;
        private bool _pinging;

        internal ServerLink(ITransport transport, ClientState state)
        {
            _transport = transport;
            _state = state;
            _control = new ControlLane(transport, state);
        }

        internal Standing Standing => _control.Connection.Standing;

        private double ReplyTimeoutS => _state.Options.ReplyTimeoutS;

        public void Dispose()
        {
            _stream?.Dispose();
            _control.Dispose();
        }

        /// <summary>Says hello, compares clocks, opens the session or resumes it, and listens to its stream.</summary>
        /// <exception cref="ServerLostException">It is gone again.</exception>
        /// <exception cref="AttemptsEndedException">It speaks another protocol, or wants other keys.</exception>
        internal void Open(double patienceS)
        {
            var greeting = new Greeting(_control, _state);
            HelloOk hello = greeting.Hello(patienceS);
            greeting.CompareClocks();
            _pingSentNs = _state.Clock.NowNs;
            _state.Say(new ConnectedEvent(hello));
            string? known = _state.Session;
            SessionOpened opened = greeting.Open();
            bool isResumed = opened.Session == known;
            if (!isResumed && known != null)
            {
                _state.BeginAnew();
                _state.Say(new InteractionLostEvent(ConnectionWords.Reopened(known, opened.Session)));
            }

            _state.Session = opened.Session;
            string endpoint = Endpoints.Reachable(hello.Stream, _state.Options.Control);
            _stream = new StreamLane(_transport, _state, endpoint, opened.Topic);
            _state.Playout.Subscribed(_state.ServerTimeNs);
            WaitForStream();
            _state.Say(new SessionOpenedEvent(opened, isResumed));
            if (isResumed && _state.Playout.NextFrame is long next)
            {
                Resend(new MissingFrames(next, next + WireLimits.MaxResendFrames));
            }
        }

        /// <summary>Carries requests, replies and motion until the connection is lost or the client stops.</summary>
        /// <exception cref="ServerLostException">It is gone.</exception>
        /// <exception cref="OperationCanceledException">The client is to stop.</exception>
        internal void Serve()
        {
            var waitFor = new[] { _control.Connection, _stream!.Connection };
            while (true)
            {
                while (_state.NextRequest() is PendingRequest request)
                {
                    SendOrRefuse(request);
                }

                Ping();
                for (int taken = 0; taken < MostAtOnce && TakeReply(); taken++)
                {
                }

                for (int taken = 0; taken < MostAtOnce && TakeMessage(); taken++)
                {
                }

                _control.Check(ReplyTimeoutS);
                _stream.Check();
                _transport.Wait(waitFor, LongestWaitMs);
            }
        }

        /// <summary>Gives the session back, if the server can still hear it.</summary>
        internal void Leave()
        {
            if (_state.Session is null || Standing != Standing.Up)
            {
                return;
            }

            try
            {
                var goodbye = new PendingRequest(new CloseSessionRequest(), long.MaxValue, isGames: false);
                _control.Send(goodbye);
                WaitFor(goodbye, _state.Clock.NowNs + MonotonicClock.Ns(GoodbyeS));
            }
            catch (TransportException)
            {
                // It cannot be told any more; the session ends with its lease.
            }
        }

        /// <summary>What was asked and not answered.</summary>
        internal IReadOnlyList<PendingRequest> TakeUnanswered() => _control.TakeUnanswered();

        /// <summary>
        /// What is said before the server knows of a subscription is lost; it greets a new one with the skeleton.
        /// </summary>
        private void WaitForStream()
        {
            var waitFor = new[] { _control.Connection, _stream!.Connection };
            while (!TakeMessage())
            {
                _control.Check(ReplyTimeoutS);
                _stream.Check();
                _transport.Wait(waitFor, LongestWaitMs);
            }
        }

        private void WaitFor(PendingRequest request, long untilNs)
        {
            var waitFor = new[] { _control.Connection };
            while (_state.Clock.NowNs < untilNs && Standing == Standing.Up)
            {
                while (_control.TryReceive(out PendingRequest? asked, out _))
                {
                    if (asked == request)
                    {
                        return;
                    }
                }

                _transport.Wait(waitFor, LongestWaitMs);
            }
        }

        private void Ping()
        {
            long nowNs = _state.Clock.NowNs;
            if (!_pinging && nowNs - _pingSentNs >= MonotonicClock.Ns(PingPeriodS))
            {
                _pinging = true;
                _pingSentNs = nowNs;
                SendOwn(new PingRequest(nowNs));
            }
        }

        private void SendOwn(Request request) => _control.Send(
            new PendingRequest(request, _state.Clock.NowNs + MonotonicClock.Ns(ReplyTimeoutS), isGames: false));

        private void SendOrRefuse(PendingRequest request)
        {
            try
            {
                _control.Send(request);
            }
            catch (BadRequestException error)
            {
                _state.Say(new RefusedEvent(request.Request, ErrorCode.BadRequest, error.Message));
            }
        }

        private void Resend(MissingFrames missing)
        {
            _state.CountResend();
            SendOwn(new ResendRequest(
                missing.Start, Math.Min(missing.Stop, missing.Start + WireLimits.MaxResendFrames)));
        }

        private bool TakeReply()
        {
            if (!_control.TryReceive(out PendingRequest? asked, out Reply? reply))
            {
                return false;
            }

            Take(asked, reply!);
            return true;
        }

        private bool TakeMessage()
        {
            if (!(_stream!.TryReceive() is StreamMessage message))
            {
                return false;
            }

            Take(message);
            return true;
        }

        private void Take(PendingRequest? asked, Reply reply)
        {
            switch (reply)
            {
                case Pong pong:
                    _pinging = false;
                    _state.ServerClock.Add(
                        pong.ClientTimeNs, pong.ServerReceiveNs, pong.ServerSendNs, _state.Clock.NowNs);
                    break;
                case InteractionAccepted accepted when asked?.Request is InteractRequest request:
                    _state.Say(new AcceptedEvent(request, accepted));
                    break;
                case Cancelled cancelled when asked?.Request is CancelRequest request:
                    _state.Say(new CancelledEvent(request, cancelled));
                    break;
                case ErrorReply error when error.Code == ErrorCode.UnknownSession && asked != null:
                    // Its lease is over: the session is opened anew, and the request asked once more.
                    _state.AskAgain(asked);
                    throw new ServerLostException(error.Message);
                case ErrorReply error when asked is null || asked.IsGames:
                    _state.Say(new RefusedEvent(asked?.Request, error.Code, error.Message));
                    break;
            }
        }

        private void Take(StreamMessage message)
        {
            switch (message)
            {
                case MotionBlock block:
                    if (_state.Playout.Add(block, _state.ServerTimeNs) is MissingFrames missing)
                    {
                        Resend(missing);
                    }

                    break;
                case Status status:
                    _state.Say(new StateEvent(status));
                    break;
            }

            if (_state.EndWatch.Hear(message) is Status missed)
            {
                _state.Say(new StateEvent(missed));
            }
        }
    }
}
