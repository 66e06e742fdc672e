#nullable enable

using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class EndpointsTests
    {
        [TestCase("tcp://0.0.0.0:7741", "tcp://10.0.0.5:7740", "tcp://10.0.0.5:7741")]
        [TestCase("tcp://*:9", "tcp://host.example:7740", "tcp://host.example:9")]
        [TestCase("tcp://127.0.0.1:7741", "tcp://10.0.0.5:7740", "tcp://10.0.0.5:7741")]
        [TestCase("tcp://[::]:7741", "tcp://[fe80::1]:7740", "tcp://[fe80::1]:7741")]
        [TestCase("tcp://10.0.0.6:7741", "tcp://10.0.0.5:7740", "tcp://10.0.0.6:7741")]
        [TestCase("tcp://127.0.0.1:7741", "tcp://localhost:7740", "tcp://localhost:7741")]
        [TestCase("ipc:///stream", "ipc:///control", "ipc:///stream")]
        public void TheStreamIsWhereTheServerAnswered(string stream, string control, string expected) =>
            Assert.That(Endpoints.Reachable(stream, control), Is.EqualTo(expected));
    }
}
