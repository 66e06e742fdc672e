#nullable enable

using System;
using System.Collections.Generic;
using System.Text;

namespace Ponimator.Core
{
    /// <summary>The stream lane as a client sees it: one subscription, and whether the server still lives.</summary>
    internal sealed class StreamLane : IDisposable
    {
        /// <summary>Three heartbeats: without one for so long, the server is gone.</summary>
        private const double HeartbeatsLostS = 3.0;
        private readonly ClientState _state;
        private readonly byte[] _topic;
        private long _heartbeatNs;

        internal StreamLane(ITransport transport, ClientState state, string endpoint, string topic)
        {
            _state = state;
            _topic = Encoding.UTF8.GetBytes(topic);
            Connection = transport.ConnectStream(endpoint, topic, state.Options.Keys);
            _heartbeatNs = state.Clock.NowNs;
        }

        internal IConnection Connection { get; }

        public void Dispose() => Connection.Dispose();

        /// <summary>The next message of the topic; what cannot be read is counted and passed over.</summary>
        internal StreamMessage? TryReceive()
        {
            while (Connection.TryReceive() is IReadOnlyList<byte[]> frames)
            {
                if (frames.Count == 0 || !frames[0].AsSpan().SequenceEqual(_topic))
                {
                    continue; // a longer topic that begins like ours
                }

                try
                {
                    if (frames.Count != 2)
                    {
                        throw new MalformedMessageException($"Expected a topic and one message, got {frames.Count} frames.");
                    }

                    StreamMessage message = StreamDecoder.Decode(frames[1]);
                    _heartbeatNs = message is Heartbeat ? _state.Clock.NowNs : _heartbeatNs;
                    return message;
                }
                catch (ProtocolException error)
                {
                    _state.CountBad(error.Message);
                }
            }

            return null;
        }

        /// <summary>Raises where nothing comes any more.</summary>
        /// <exception cref="ServerLostException">The connection has ended, or no heartbeat came.</exception>
        internal void Check()
        {
            switch (Connection.Standing)
            {
                case Standing.Up:
                case Standing.Connecting:
                    break;
                case Standing.Lost:
                    throw new ServerLostException(ConnectionWords.Gone(Connection.Endpoint));
                default:
                    throw new ServerLostException(
                        $"The server answers, but its stream lane at {Connection.Endpoint} cannot be reached: is that "
                        + "port open to this machine?");
            }

            if (_state.Clock.NowNs - _heartbeatNs > MonotonicClock.Ns(HeartbeatsLostS))
            {
                throw new ServerLostException(
                    $"The stream lane at {Connection.Endpoint} is silent: expected a heartbeat within "
                    + $"{HeartbeatsLostS:0} s. Does the server run, and is that port reachable from here?");
            }
        }
    }
}
