#nullable enable

using System;
using System.Threading;

namespace Ponimator.Core
{
    /// <summary>A session on a server, looked for and found again by a thread of its own. The game never waits for it.</summary>
    /// <remarks>
    /// Requests go in, events come out, poses are read from the playout; whatever is called here returns at once, but
    /// for <see cref="Dispose"/>, which takes less than a second.
    /// </remarks>
    public sealed class StreamClient : IDisposable
    {
        private const double LongestGoodbyeS = 1.0;
        private readonly ClientState _state;
        private readonly Thread _thread;
        private bool _isDisposed;

        /// <summary>Begins to look for the server.</summary>
        /// <exception cref="BadRequestException">No server would open such a session.</exception>
        public StreamClient(ClientOptions options)
        {
            options.OpenSession(null).Check();
            new HelloRequest(options.Name).Check();
            _state = new ClientState(options);
            var loop = new ClientLoop(_state);
            _thread = new Thread(loop.Run) { Name = "ponimator client", IsBackground = true };
            _thread.Start();
        }

        /// <summary>Now, on the server's clock; this machine's own until they were compared.</summary>
        public long ServerTimeNs => _state.ServerTimeNs;

        /// <summary>Threads that this client has started and that still run.</summary>
        public int ThreadsAlive => _thread.IsAlive ? 1 : 0;

        /// <summary>How well the motion comes.</summary>
        public PlayoutCounters Counters => _state.Counters();

        /// <summary>Fills in what is shown now; for one thread.</summary>
        public void Show(Shown shown) => _state.Playout.Show(ServerTimeNs, shown);

        /// <summary>Triggers an interaction; an event says what became of it. The request is the client's from now on.</summary>
        /// <exception cref="BadRequestException">No server would accept it.</exception>
        public void Interact(InteractRequest request) => Ask(request);

        /// <summary>Ends an interaction; an event says what became of it. The request is the client's from now on.</summary>
        /// <exception cref="BadRequestException">No server would accept it.</exception>
        public void Cancel(CancelRequest request) => Ask(request);

        /// <summary>The next thing that the client has to tell; null where there is none.</summary>
        public ClientEvent? TakeEvent() => _state.TryTake(out ClientEvent? news) ? news : null;

        /// <summary>Leaves the session and stops; may be called again.</summary>
        public void Dispose()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _state.Stopping.Set();
            _thread.Join(TimeSpan.FromSeconds(LongestGoodbyeS));
        }

        private void Ask(Request request)
        {
            request.Check();
            _state.Enqueue(request);
        }
    }
}
