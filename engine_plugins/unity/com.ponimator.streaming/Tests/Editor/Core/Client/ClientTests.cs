#nullable enable

using System.Diagnostics;
using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>What a client does and tells, whatever the server says.</summary>
    [TestFixture]
    public sealed class ClientTests : ClientTest
    {
        [Test]
        public void ItGreetsComparesClocksAndOpensASession()
        {
            Start();
            Until<ConnectedEvent>();
            SessionOpenedEvent opened = Until<SessionOpenedEvent>();
            Assert.That(opened.IsResumed, Is.False);
            Assert.That(opened.Opened.Skeleton.Names, Is.EqualTo(new[] { "Ann", "Ben" }));
            string[] first = { "hello", "ping", "ping", "ping", "ping", "ping", "ping", "ping", "ping", "open_session" };
            Assert.That(Server.Asked.Take(first.Length), Is.EqualTo(first));
            Assert.That(Client!.ServerTimeNs, Is.GreaterThanOrEqualTo(MadeBlocks.OriginNs));
        }

        [Test]
        public void ATriggerIsAnsweredAndItsMotionShown()
        {
            Open();
            var request = new InteractRequest { Text = "hug" };
            Client!.Interact(request);
            Assert.That(Until<AcceptedEvent>().Request, Is.SameAs(request));
            Assert.That(Server.AskedFor("interact").Single().Text("session"), Is.EqualTo("fake-1"));
            SayBlock(-150, 300);
            var shown = new Shown();
            Wait(() =>
            {
                Client.Show(shown);
                return shown.State == PlayoutState.Playing;
            });
            Client.Cancel(new CancelRequest());
            Assert.That(Until<CancelledEvent>().Reply.ApplyFrame, Is.EqualTo(5));
        }

        [Test]
        public void ARefusalIsToldAsItCame()
        {
            Open();
            Server.Instead = (type, fields) =>
                type == "interact" ? Replies.Error(fields.Integer("request_id"), "too_far", "7 m") : null;
            Client!.Interact(new InteractRequest { Text = "hug" });
            RefusedEvent refused = Until<RefusedEvent>();
            Assert.That(refused.Code, Is.EqualTo(ErrorCode.TooFar));
            Assert.That(refused.Message, Is.EqualTo("7 m"));
        }

        [Test]
        public void AnotherProtocolEndsTheAttempts()
        {
            Server.Instead = (type, fields) =>
                type == "hello" ? Replies.HelloOk(fields.Integer("request_id"), protocol: 2) : null;
            Start();
            Assert.That(Until<EndedEvent>().Message, Does.Contain("speaks 2"));
            Wait(() => Client!.ThreadsAlive == 0);
            Client!.Interact(new InteractRequest { Text = "hug" });
            Assert.That(Until<RefusedEvent>().Message, Does.Contain("speaks 2"));
        }

        [Test]
        public void AServerThatRefusesTheProtocolIsQuoted()
        {
            Server.Instead = (type, fields) => Replies.Error(
                fields.Integer("request_id"), "unsupported_protocol", "Expected protocol 9, got 1.");
            Start();
            Assert.That(Until<EndedEvent>().Message, Is.EqualTo("Expected protocol 9, got 1."));
        }

        [Test]
        public void RefusedKeysEndTheAttempts()
        {
            Server.Greeting = Standing.Refused;
            Start();
            Assert.That(Until<EndedEvent>().Message, Does.Contain("wants keys"));
        }

        [Test]
        public void WhatCarriesMessagesMayBeMissing()
        {
            ClientOptions options = Server.Options;
            options.Transport = () => throw new TransportException("no library");
            Start(options);
            Assert.That(Until<EndedEvent>().Message, Is.EqualTo("no library"));
        }

        [Test]
        public void GarbageIsCountedAndTheStreamGoesOn()
        {
            Open();
            Stopwatch watch = Stopwatch.StartNew();
            for (int index = 0; index < 20; index++)
            {
                Server.Say(new byte[] { 0x81, 0xff });
                Server.Control!.Bring(new byte[] { 0x93 });
            }

            Server.Say(Replies.Status(Server.Session, "playing"));
            Assert.That(Until<StateEvent>().Status.State, Is.EqualTo(InteractionState.Playing));
            Wait(() => Client!.Counters.BadMessages == 40);
            int told = Told.OfType<BadMessageEvent>().Count();
            Assert.That(told, Is.InRange(1, 1 + (int)watch.Elapsed.TotalSeconds), "once a second at most");
            Assert.That(Told.OfType<LostEvent>(), Is.Empty);
        }

        [Test]
        public void AMessageOfALongerTopicIsNotOurs()
        {
            Open();
            Server.Stream!.Bring(Replies.TopicOf("fake-10"), Replies.Status("fake-10", "failed"));
            Server.Say(Replies.Status(Server.Session, "playing"));
            Assert.That(Until<StateEvent>().Status.State, Is.EqualTo(InteractionState.Playing));
        }

        [Test]
        public void ItGivesItsSessionBack()
        {
            Open();
            Client!.Dispose();
            Assert.That(Server.Asked.Last(), Is.EqualTo("close_session"));
        }

        [TestCase("hello")]
        [TestCase("ping")]
        [TestCase("open_session")]
        [TestCase("close_session")]
        public void ItStopsWhateverTheServerDoesNotAnswer(string silent)
        {
            Server.Instead = (type, fields) => type == silent ? new byte[0] : null;
            Start();
            Wait(() => Server.Asked.Contains(silent) || silent == "close_session" && Server.Stream != null);
            Client!.Dispose();
            Wait(() => Client.ThreadsAlive == 0);
            Client.Dispose();
        }
    }
}
