#nullable enable

using System.Linq;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>What a client does where something was lost.</summary>
    [TestFixture]
    public sealed class ClientRecoveryTests : ClientTest
    {
        [Test]
        public void ALostServerIsFoundAgainAndWhatWasMissedAskedFor()
        {
            Open();
            SayBlock(0, 8);
            Wait(() => Client!.Counters.Blocks == 1);
            Server.Control!.End(Standing.Lost);
            Until<LostEvent>();
            Assert.That(Until<SessionOpenedEvent>().IsResumed, Is.True);
            Until<RecoveredEvent>();
            Assert.That(Server.AskedFor("open_session").Last().Text("session"), Is.EqualTo("fake-1"));
            Wait(() => Server.Asked.Contains("resend"));
            Assert.That(Server.AskedFor("resend").Single().Integer("start"), Is.EqualTo(8));
            Assert.That(Client!.Counters.Reconnections, Is.EqualTo(1));
        }

        [Test]
        public void ASessionThatIsUnknownIsOpenedAnew()
        {
            Open();
            SayBlock(-150, 300);
            Wait(() => Client!.Counters.Blocks == 1);
            Server.Instead = (type, fields) => type == "open_session" && fields.Has("session")
                ? Replies.Error(fields.Integer("request_id"), "unknown_session", "no such session")
                : null;
            Server.Session = "fake-2";
            Server.Control!.End(Standing.Lost);
            Until<LostEvent>();
            Assert.That(Until<InteractionLostEvent>().Message, Does.Contain("fake-2"));
            Assert.That(Until<SessionOpenedEvent>().IsResumed, Is.False);
            var shown = new Shown();
            Client!.Show(shown);
            Assert.That(shown.State, Is.EqualTo(PlayoutState.Waiting));
            Assert.That(Client.Counters.Blocks, Is.EqualTo(1), "counters outlive a session");
            Assert.That(Server.Asked.Contains("resend"), Is.False);
        }

        [Test]
        public void ARequestWhoseAnswerWasLostIsAskedOnceMore()
        {
            Open();
            Server.Instead = (type, fields) => type == "interact" ? new byte[0] : null;
            Client!.Interact(new InteractRequest { Text = "hug" });
            Wait(() => Server.AskedFor("interact").Count() == 1);
            Server.Control!.End(Standing.Lost);
            Wait(() => Server.AskedFor("interact").Count() == 2);
            Server.Control!.End(Standing.Lost);
            Assert.That(Until<RefusedEvent>().Message, Does.Contain("lost twice"));
        }

        [Test]
        public void FramesThatAreMissingAreAskedForOnce()
        {
            Open();
            SayBlock(0, 8);
            SayBlock(16, 8);
            SayBlock(24, 8);
            Wait(() => Client!.Counters.Blocks == 3);
            Wait(() => Server.Asked.Contains("resend"));
            WireMap resend = Server.AskedFor("resend").Single();
            Assert.That(resend.Integer("start"), Is.EqualTo(8));
            Assert.That(resend.Integer("stop"), Is.EqualTo(16));
            Assert.That(Client!.Counters.Resends, Is.EqualTo(1));
        }

        [Test]
        public void AnEndThatWasMissedIsSaid()
        {
            Open();
            Server.Say(Replies.Motion(MadeBlocks.Of(0, 8, final: true)));
            Server.Say(Replies.Heartbeat(Server.Session, 8 + MadeBlocks.RateHz));
            Assert.That(Until<StateEvent>().Status.State, Is.EqualTo(InteractionState.Finished));
        }

        [Test]
        public void AServerThatIsNotThereIsLookedForUntilItIs()
        {
            Server.Greeting = Standing.Unreached;
            Start();
            Assert.That(Until<LostEvent>().Message, Does.Contain("ponimator serve"));
            Server.Greeting = Standing.Up;
            Until<SessionOpenedEvent>();
            Assert.That(Told.OfType<LostEvent>().Count(), Is.EqualTo(1), "told once, not at each attempt");
        }

        [Test]
        public void AStreamThatCannotBeReachedIsToldApart()
        {
            Server.StreamGreeting = Standing.Unreached;
            Start();
            Assert.That(Until<LostEvent>().Message, Does.Contain("stream lane"));
            Assert.That(Told.OfType<SessionOpenedEvent>(), Is.Empty);
            Server.StreamGreeting = Standing.Up;
            Until<SessionOpenedEvent>();
        }
    }
}
