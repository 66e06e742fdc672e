#nullable enable

namespace Ponimator.Core
{
    /// <summary>The protocol number, alone in its file so that no other truth about it can grow.</summary>
    public static class Protocol
    {
        // History. The same lines stand in the Python runtime and the C++ plugin; a contract test compares them.
        //   1  2026  first protocol: interact, motion blocks with revisions, contacts

        /// <summary>The protocol spoken here; a server with another one is refused.</summary>
        public const int Number = 1;

        /// <summary>Where a server listens unless it is told otherwise.</summary>
        public const string DefaultControlEndpoint = "tcp://127.0.0.1:7740";
    }
}
