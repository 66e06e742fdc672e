#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>What a server says of itself.</summary>
    public sealed class HelloOk : Reply
    {
        internal HelloOk(WireMap map)
            : base(map)
        {
            ProtocolNumber = map.Integer("protocol", long.MinValue);
            if (ProtocolNumber != Protocol.Number)
            {
                // Before any other field: another protocol may have none of them.
                throw new UnsupportedProtocolException(
                    $"Expected protocol {Protocol.Number}, the server speaks {ProtocolNumber}: "
                    + "install the plugin and the server of the same release.");
            }

            Server = map.Text("server");
            Models = map.Maps("models", 0, WireLimits.MaxEntries, model => new ModelInfo(model));
            Limits = new ServerLimits(map.Map("limits"));
            Stream = map.Text("stream", WireLimits.MaxTextCharacters, 1);
        }

        /// <summary>The protocol that it speaks.</summary>
        public long ProtocolNumber { get; }

        /// <summary>Its name and version.</summary>
        public string Server { get; }

        /// <summary>The model bundles that it has loaded.</summary>
        public IReadOnlyList<ModelInfo> Models { get; }

        /// <summary>What it accepts.</summary>
        public ServerLimits Limits { get; }

        /// <summary>The endpoint of its stream lane.</summary>
        public string Stream { get; }
    }
}
