#nullable enable

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;

namespace Ponimator.Core
{
    /// <summary>What outlives a connection: the session, the playout, requests and events on their way.</summary>
    internal sealed class ClientState
    {
        private const int MostEvents = 10_000;
        private const double BadMessagesToldEveryS = 1.0;
        private readonly ConcurrentQueue<ClientEvent> _events = new ConcurrentQueue<ClientEvent>();
        private readonly ConcurrentQueue<PendingRequest> _requests = new ConcurrentQueue<PendingRequest>();
        private readonly List<PendingRequest> _waiting = new List<PendingRequest>();
        private long? _badToldNs;
        private long _badMessages;
        private long _resends;
        private long _reconnections;
        private volatile string? _ended;
        private volatile ServerClock _serverClock = new ServerClock();

        internal ClientState(ClientOptions options)
        {
            Options = options;
            EndWatch = new EndWatch(Playout, options.RateHz);
        }

        internal ClientOptions Options { get; }

        internal MonotonicClock Clock { get; } = new MonotonicClock();

        internal PlayoutBuffer Playout { get; } = new PlayoutBuffer();

        internal EndWatch EndWatch { get; private set; }

        /// <summary>Set once the client is to stop.</summary>
        internal ManualResetEventSlim Stopping { get; } = new ManualResetEventSlim();

        /// <summary>The session on the server; null before the first.</summary>
        internal string? Session { get; set; }

        internal long NextRequestId { get; set; } = 1;

        internal ServerClock ServerClock
        {
            get => _serverClock;
            set => _serverClock = value;
        }

        internal long ServerTimeNs
        {
            get
            {
                long nowNs = Clock.NowNs;
                return nowNs + ServerClock.OffsetNs(nowNs);
            }
        }

        internal void Say(ClientEvent news)
        {
            // A game that takes no events must not fill the memory.
            if (_events.Count < MostEvents)
            {
                _events.Enqueue(news);
            }
        }

        internal bool TryTake(out ClientEvent? news) => _events.TryDequeue(out news);

        internal void Enqueue(Request request)
        {
            _requests.Enqueue(
                new PendingRequest(request, Clock.NowNs + MonotonicClock.Ns(TimeoutS(request)), isGames: true));
            if (_ended != null)
            {
                RefuseTheOverdue();
            }
        }

        /// <summary>How long a request of the game may take, from when it was asked on.</summary>
        internal double TimeoutS(Request request) =>
            request is InteractRequest ? Options.GenerationTimeoutS : Options.ReplyTimeoutS;

        /// <summary>No more attempts are made: says so, and refuses what waits and what is still to come.</summary>
        internal void End(string message)
        {
            Say(new EndedEvent(message));
            _ended = message;
            RefuseTheOverdue();
        }

        /// <summary>The next request of the game to be sent; those that waited too long are refused.</summary>
        internal PendingRequest? NextRequest()
        {
            RefuseTheOverdue();
            if (_waiting.Count == 0)
            {
                return null;
            }

            PendingRequest next = _waiting[0];
            _waiting.RemoveAt(0);
            return next;
        }

        /// <summary>A request whose answer was lost with its connection: asked once more.</summary>
        internal void AskAgain(PendingRequest pending)
        {
            if (!pending.IsGames)
            {
                return;
            }

            if (pending.TimesSent > 1)
            {
                Say(new RefusedEvent(
                    pending.Request, null, $"The server was lost twice while it answered this {pending.Request.Name}."));
                return;
            }

            _waiting.Insert(0, pending);
        }

        /// <summary>Refuses what waits for a server that does not come.</summary>
        internal void RefuseTheOverdue()
        {
            // The client thread's alone, but for the time after its end.
            lock (_waiting)
            {
                while (_requests.TryDequeue(out PendingRequest? asked))
                {
                    _waiting.Add(asked!);
                }

                for (int index = _waiting.Count - 1; index >= 0; index--)
                {
                    if (_ended != null || Clock.NowNs > _waiting[index].DeadlineNs)
                    {
                        string why = _ended ?? "No server was there to answer it in time: trigger again.";
                        Say(new RefusedEvent(_waiting[index].Request, null, why));
                        _waiting.RemoveAt(index);
                    }
                }
            }
        }

        internal void CountBad(string message)
        {
            Interlocked.Increment(ref _badMessages);
            long nowNs = Clock.NowNs;
            if (_badToldNs is null || nowNs - _badToldNs >= MonotonicClock.Ns(BadMessagesToldEveryS))
            {
                _badToldNs = nowNs;
                Say(new BadMessageEvent(message));
            }
        }

        internal void CountResend() => Interlocked.Increment(ref _resends);

        internal void CountReconnection() => Interlocked.Increment(ref _reconnections);

        /// <summary>Another timeline: nothing that was received of the one before has a place on it.</summary>
        internal void BeginAnew()
        {
            Playout.Clear();
            EndWatch = new EndWatch(Playout, Options.RateHz);
        }

        internal PlayoutCounters Counters()
        {
            long nowNs = Clock.NowNs;
            ServerClock clock = ServerClock;
            var counters = new PlayoutCounters
            {
                Resends = Interlocked.Read(ref _resends),
                BadMessages = Interlocked.Read(ref _badMessages),
                Reconnections = Interlocked.Read(ref _reconnections),
                ClockOffsetMs = clock.OffsetNs(nowNs) * 1e-6,
                RoundTripMs = clock.RoundTripNs * 1e-6,
            };
            Playout.Tell(counters);
            return counters;
        }
    }
}
