#nullable enable

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>A client and the server that it talks to, which does what a test tells it.</summary>
    public abstract class ClientTest
    {
        /// <summary>Nothing takes so long but on a machine with other things to do.</summary>
        private const double PatienceS = 60;

        private protected FakeServer Server { get; private set; } = new FakeServer();

        private protected StreamClient? Client { get; private set; }

        private protected List<ClientEvent> Told { get; } = new List<ClientEvent>();

        [SetUp]
        public void Begin()
        {
            Server = new FakeServer();
            Told.Clear();
            Client = null;
        }

        [TearDown]
        public void End() => Client?.Dispose();

        private protected void Start(ClientOptions? options = null) =>
            Client = new StreamClient(options ?? Server.Options);

        private protected void Open()
        {
            Start();
            Until<SessionOpenedEvent>();
        }

        private protected void SayBlock(long start, int count)
        {
            // Due about now, for the fake server's clock is ours from its origin on.
            MotionBlock block = MadeBlocks.Of(Math.Max(0, start), count);
            block.Session = Server.Session;
            block.TimeNs = Client!.ServerTimeNs + (start * 1_000_000_000 / MadeBlocks.RateHz);
            Server.Say(Replies.Motion(block));
        }

        private protected T Until<T>()
            where T : ClientEvent
        {
            T? found = null;
            Wait(() =>
            {
                while (found is null && Client!.TakeEvent() is ClientEvent news)
                {
                    Told.Add(news);
                    found = news as T;
                }

                return found != null;
            });
            return found!;
        }

        private protected void Wait(Func<bool> condition)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (!condition())
            {
                string told = string.Join(", ", Told.Select(news => news.GetType().Name));
                Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(PatienceS), $"told was only {told}");
                Thread.Sleep(1);
            }
        }
    }
}
