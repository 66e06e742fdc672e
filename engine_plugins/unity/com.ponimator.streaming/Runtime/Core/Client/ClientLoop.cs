#nullable enable

using System;
using System.Linq;

namespace Ponimator.Core
{
    /// <summary>What the client thread does: finds the server, serves, and finds it again, until it is to stop.</summary>
    internal sealed class ClientLoop
    {
        /// <summary>How long the first hello may take; the double for each one after it, so a slow server is reached.</summary>
        private const double PatienceS = 2.0;
        private const double LongestPatienceS = 30.0;

        /// <summary>A server that is just stopping cuts a connection off once; one that wants another key, each.</summary>
        private const int CutOffsTakenSeriously = 3;
        private const double LongestSleepS = 0.1;

        private readonly ClientState _state;
        private readonly Backoff _backoff = new Backoff(new Random());
        private double _patienceS = PatienceS;
        private int _cutOffs;
        private bool _wasOpen;
        private long? _lostNs;
        private string _lostWords = "";

        internal ClientLoop(ClientState state) => _state = state;

        internal void Run()
        {
            try
            {
                using ITransport transport = _state.Options.Transport();
                while (!_state.Stopping.IsSet)
                {
                    Connect(transport);
                    Pause(_backoff.NextS());
                }
            }
            catch (OperationCanceledException)
            {
                // It was to stop, and has.
            }
            catch (PonimatorException error)
            {
                _state.End(error.Message);
            }
            catch (Exception error)
            {
                // A thread's unhandled error would end the game; this one ends the streaming, and says so.
                _state.End($"The client failed and stands still; please report this: {error}");
            }
        }

        /// <summary>One connection, until it is lost.</summary>
        private void Connect(ITransport transport)
        {
            using var link = new ServerLink(transport, _state);
            try
            {
                link.Open(Math.Min(_patienceS, LongestPatienceS));
                Found();
                link.Serve();
            }
            catch (ServerLostException error)
            {
                Lost(link, error);
            }
            catch (OperationCanceledException)
            {
                link.Leave();
                throw;
            }
        }

        private void Found()
        {
            if (_wasOpen && _lostNs is long lostNs)
            {
                _state.CountReconnection();
                _state.Say(new RecoveredEvent((_state.Clock.NowNs - lostNs) / MonotonicClock.NsPerS));
            }

            _wasOpen = true;
            _lostNs = null;
            _cutOffs = 0;
            _patienceS = PatienceS;
            _backoff.Reset();
        }

        private void Lost(ServerLink link, ServerLostException error)
        {
            _cutOffs += link.Standing == Standing.CutOff ? 1 : 0;
            if (_cutOffs >= CutOffsTakenSeriously && !_wasOpen)
            {
                throw new AttemptsEndedException(error.Message);
            }

            // Each goes to the head of those that wait: the last one first, so that their order stays.
            foreach (PendingRequest unanswered in link.TakeUnanswered().Reverse())
            {
                _state.AskAgain(unanswered);
            }

            // Told once, not at each attempt, and again where there is another reason.
            if (_lostNs is null || error.Message != _lostWords)
            {
                _state.Say(new LostEvent(error.Message));
            }

            _lostNs ??= _state.Clock.NowNs;
            _lostWords = error.Message;

            _patienceS *= 2;
        }

        private void Pause(double seconds)
        {
            long untilNs = _state.Clock.NowNs + MonotonicClock.Ns(seconds);
            while (_state.Clock.NowNs < untilNs)
            {
                _state.RefuseTheOverdue();
                if (_state.Stopping.Wait(TimeSpan.FromSeconds(Math.Min(seconds, LongestSleepS))))
                {
                    throw new OperationCanceledException();
                }
            }
        }
    }
}
