#nullable enable

#if PONIMATOR_NETMQ

using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;
using NetMQ.Sockets;

namespace Ponimator.Core
{
    /// <summary>Carries messages by NetMQ 4.0.1 or newer, all managed code, in place of libzmq.</summary>
    /// <remarks>
    /// NetMQ tells of no handshake and reconnects by itself. So a lost server is seen by its silence alone (no
    /// heartbeat, or a request not answered in time), and a server that wants other keys looks like one that does not
    /// answer: the client goes on asking, and names no key. Its threads are the whole process's: no transport ends
    /// them, the game does, by <c>NetMQConfig.Cleanup(false)</c> when it quits and its clients are disposed of.
    /// </remarks>
    public sealed class NetMqTransport : ITransport
    {
        private const int BlocksKept = 10_000;
        private const int RequestsKept = 1_000;
        private const int StepMs = 1;

        /// <inheritdoc/>
        public IConnection ConnectControl(string endpoint, CurveKeys? keys) =>
            NetMqConnection.Begin(endpoint, keys, () => new DealerSocket(), socket =>
            {
                socket.Options.MaxMsgSize = WireLimits.MaxReplyBytes;
                socket.Options.SendHighWatermark = RequestsKept;
            });

        /// <inheritdoc/>
        public IConnection ConnectStream(string endpoint, string topic, CurveKeys? keys) =>
            NetMqConnection.Begin(endpoint, keys, () => new SubscriberSocket(), socket =>
            {
                socket.Options.MaxMsgSize = WireLimits.MaxStreamBytes;
                socket.Options.ReceiveHighWatermark = BlocksKept;
                socket.Subscribe(Encoding.UTF8.GetBytes(topic));
            });

        /// <inheritdoc/>
        public void Wait(IReadOnlyList<IConnection> connections, int milliseconds)
        {
            // NetMQPoller would want a thread of its own, or the client's whole loop.
            Stopwatch waited = Stopwatch.StartNew();
            while (!AnyHasNews(connections) && waited.ElapsedMilliseconds < milliseconds)
            {
                Thread.Sleep(StepMs);
            }
        }

        /// <summary>Nothing is left to end: its connections are disposed of one by one.</summary>
        public void Dispose()
        {
        }

        private static bool AnyHasNews(IReadOnlyList<IConnection> connections)
        {
            for (int index = 0; index < connections.Count; index++)
            {
                if (((NetMqConnection)connections[index]).HasNews)
                {
                    return true;
                }
            }

            return false;
        }
    }
}

#endif
