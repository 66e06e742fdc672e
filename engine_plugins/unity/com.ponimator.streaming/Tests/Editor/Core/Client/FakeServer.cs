#nullable enable

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace Ponimator.Core.Tests
{
    /// <summary>A server without a network: answers requests at once, and does one thing wrong where it is told to.</summary>
    internal sealed class FakeServer
    {
        private readonly ConcurrentQueue<(string Type, WireMap Fields)> _asked =
            new ConcurrentQueue<(string Type, WireMap Fields)>();

        private readonly AutoResetEvent _news = new AutoResetEvent(false);

        /// <summary>Answers instead of the server: a message, none (empty), or null for the usual answer.</summary>
        internal Func<string, WireMap, byte[]?> Instead { get; set; } = (type, fields) => null;

        /// <summary>How a new connection stands.</summary>
        internal volatile Standing Greeting = Standing.Up;

        internal volatile Standing StreamGreeting = Standing.Up;
        internal volatile FakeConnection? Control;
        internal volatile FakeConnection? Stream;

        internal string Session { get; set; } = "fake-1";

        internal IReadOnlyList<string> Asked => _asked.Select(request => request.Type).ToArray();

        internal ClientOptions Options => new ClientOptions(new Character("Ann"), new Character("Ben"))
        {
            Transport = () => new FakeTransport(this),
            ReplyTimeoutS = 30,
        };

        internal IEnumerable<WireMap> AskedFor(string type) =>
            _asked.Where(request => request.Type == type).Select(request => request.Fields);

        internal void Say(byte[] message) => Stream!.Bring(Replies.TopicOf(Session), message);

        internal void Answer(FakeConnection connection, byte[] request)
        {
            WireMap fields = WireMap.Whole(request, WireLimits.MaxRequestBytes);
            string type = fields.Text("type");
            long id = fields.Integer("request_id");
            byte[] answer = Instead(type, fields) ?? Usual(type, id, fields);
            _asked.Enqueue((type, fields));
            if (answer.Length > 0)
            {
                connection.Bring(answer);
            }
        }

        internal void Wake() => _news.Set();

        private byte[] Usual(string type, long id, WireMap fields)
        {
            switch (type)
            {
                case "hello": return Replies.HelloOk(id);
                case "ping": return Replies.Pong(id, fields.Integer("client_time_ns"));
                case "open_session": return Replies.SessionOpened(id, Session);
                case "interact": return Replies.Accepted(id);
                case "cancel": return Replies.Cancelled(id);
                case "resend": return Replies.Resent(id, fields.Integer("start"));
                case "close_session": return Replies.SessionClosed(id, Session);
                default: return Replies.Error(id, "bad_message", $"a {type}?");
            }
        }

        /// <summary>One end of a connection.</summary>
        internal sealed class FakeConnection : IConnection
        {
            private readonly FakeServer _server;
            private readonly ConcurrentQueue<byte[][]> _incoming = new ConcurrentQueue<byte[][]>();
            private volatile Standing _standing;

            internal FakeConnection(FakeServer server, string endpoint)
            {
                _server = server;
                Endpoint = endpoint;
                _standing = server.Greeting;
            }

            public string Endpoint { get; }

            public Standing Standing => _standing;

            public bool TrySend(byte[] message)
            {
                if (Standing == Standing.Up)
                {
                    _server.Answer(this, message);
                }

                return true;
            }

            public IReadOnlyList<byte[]>? TryReceive() => _incoming.TryDequeue(out byte[][]? frames) ? frames : null;

            public void Dispose()
            {
            }

            internal void Bring(params byte[][] frames)
            {
                _incoming.Enqueue(frames);
                _server.Wake();
            }

            internal void End(Standing standing)
            {
                _standing = standing;
                _server.Wake();
            }
        }

        private sealed class FakeTransport : ITransport
        {
            private readonly FakeServer _server;

            internal FakeTransport(FakeServer server) => _server = server;

            public IConnection ConnectControl(string endpoint, CurveKeys? keys) =>
                _server.Control = new FakeConnection(_server, endpoint);

            public IConnection ConnectStream(string endpoint, string topic, CurveKeys? keys)
            {
                var stream = new FakeConnection(_server, endpoint);
                _server.Stream = stream;
                stream.End(_server.StreamGreeting);
                if (_server.StreamGreeting == Standing.Up)
                {
                    stream.Bring(Replies.TopicOf(_server.Session), Replies.Skeleton(_server.Session));
                }

                return stream;
            }

            public void Wait(IReadOnlyList<IConnection> connections, int milliseconds) =>
                _server._news.WaitOne(milliseconds);

            public void Dispose()
            {
            }
        }
    }
}
