#nullable enable

namespace Ponimator.Core
{
    /// <summary>The first message of a connection.</summary>
    public sealed class HelloRequest : Request
    {
        /// <summary>A greeting.</summary>
        /// <param name="client">Who asks, for the server's log.</param>
        public HelloRequest(string client)
            : base("hello") => Client = client;

        /// <summary>Who asks.</summary>
        public string Client { get; }

        private protected override int FieldCount => 3;

        /// <inheritdoc/>
        public override void Check() => Bounds.CheckLength(Client, 0, WireLimits.MaxNameCharacters, "the client's name");

        private protected override void WriteFields(MsgpackWriter writer)
        {
            Put(writer, "protocol", Protocol.Number);
            Put(writer, "client", Client);
            Put(writer, "encoding", "msgpack");
        }
    }
}
