#nullable enable

using System;
using System.IO;
using NUnit.Framework;

namespace Ponimator.Core.Tests
{
    [TestFixture]
    public sealed class CurveKeysTests
    {
        private const string Server = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
        private const string Own = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
        private const string Secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

        [Test]
        public void KeyFilesAreRead()
        {
            string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            Directory.CreateDirectory(folder);
            try
            {
                string server = Path.Combine(folder, "server.key"), client = Path.Combine(folder, "ann.key_secret");
                File.WriteAllText(server, $"metadata\ncurve\n    public-key = \"{Server}\"\n");
                File.WriteAllText(
                    client, $"metadata\ncurve\n    public-key = \"{Own}\"\n    secret-key = \"{Secret}\"\n");
                CurveKeys keys = CurveKeys.FromFiles(server, client);
                Assert.That(
                    new[] { keys.Server, keys.OwnPublic, keys.OwnSecret }, Is.EqualTo(new[] { Server, Own, Secret }));
                Assert.That(
                    Assert.Throws<BadRequestException>(() => CurveKeys.FromFiles(server, server)).Message,
                    Does.Contain("no secret key"));
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }

        /// <summary>The manual of libzmq's zmq_curve has both, for this server key.</summary>
        [Test]
        public void AKeysBytesAreThoseOfTheManual() => Assert.That(
            BitConverter.ToString(CurveKeys.BytesOf(Server)).Replace("-", ""),
            Is.EqualTo("54FCBA24E93249969316FB617C872BB0C1D1FF14800427C594CBFACF1BC2D652"));

        [TestCase("")]
        [TestCase("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf")]
        [TestCase("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf~")]
        public void WhatIsNoKeyIsRefused(string key) => Assert.That(
            Assert.Throws<BadRequestException>(() => new CurveKeys(key, Own, Secret)).Message,
            Does.Contain("the server's public key"));
    }
}
