#nullable enable

using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    /// <summary>libzmq itself, where it is.</summary>
    [TestFixture]
    public sealed class LibZmqTransportTests
    {
        private LibZmqTransport? _transport;

        [SetUp]
        public void Begin()
        {
            try
            {
                _transport = new LibZmqTransport();
            }
            catch (MissingLibraryException error)
            {
                Assert.Ignore(error.Message);
            }
        }

        [TearDown]
        public void End() => _transport?.Dispose();

        [Test]
        public void AMissingLibraryIsSaidWithWhatToDo() => Assert.That(
            new MissingLibraryException(new DllNotFoundException()).Message,
            Does.Contain("ponimator plugin install unity"));

        [Test]
        public void WhereNobodyListensTheConnectionIsUnreached()
        {
            var taken = new TcpListener(IPAddress.Loopback, 0);
            taken.Start();
            int port = ((IPEndPoint)taken.LocalEndpoint).Port;
            taken.Stop();
            Assert.That(StandingAt(port), Is.EqualTo(Standing.Unreached));
        }

        [Test]
        public void WhoClosesConnectionsCutsUsOff()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            listener.AcceptSocketAsync().ContinueWith(accepted => accepted.Result.Close());
            Assert.That(StandingAt(((IPEndPoint)listener.LocalEndpoint).Port), Is.EqualTo(Standing.CutOff));
            listener.Stop();
        }

        [TestCase("nonsense")]
        [TestCase("tcp://127.0.0.1")]
        public void WhatIsNoEndpointIsSaid(string endpoint) => Assert.That(
            Assert.Throws<TransportException>(() => _transport!.ConnectControl(endpoint, null)).Message,
            Does.Contain(endpoint));

        [Test]
        public void SocketsThatStillConnectDoNotKeepItFromEnding()
        {
            IConnection control = _transport!.ConnectControl("tcp://192.0.2.1:9", null);
            Assert.That(control.TrySend(new byte[] { 1 }), Is.True);
            control.Dispose();
            control.Dispose();
            Assert.That(control.TryReceive(), Is.Null);
        }

        private Standing StandingAt(int port)
        {
            using IConnection control = _transport!.ConnectControl($"tcp://127.0.0.1:{port}", null);
            var waitFor = new List<IConnection> { control };
            for (int round = 0; round < 600 && control.Standing == Standing.Connecting; round++)
            {
                _transport.Wait(waitFor, 100);
            }

            return control.Standing;
        }
    }
}
