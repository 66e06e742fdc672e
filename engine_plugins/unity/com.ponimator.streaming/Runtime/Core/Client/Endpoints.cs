#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Where a server's stream lane is reached.</summary>
    internal static class Endpoints
    {
        private const string Tcp = "tcp://";
        private static readonly string[] AnyOrOwn = { "0.0.0.0", "[::]", "*", "127.0.0.1", "[::1]", "localhost" };

        /// <summary>The stream endpoint that a server named, at the host that answered if it named any or itself.</summary>
        internal static string Reachable(string stream, string control)
        {
            bool isTcp = stream.StartsWith(Tcp, StringComparison.Ordinal)
                && control.StartsWith(Tcp, StringComparison.Ordinal);
            return isTcp && Array.IndexOf(AnyOrOwn, Host(stream)) >= 0
                ? Tcp + Host(control) + stream.Substring(stream.LastIndexOf(':'))
                : stream;
        }

        private static string Host(string endpoint)
        {
            int colon = endpoint.LastIndexOf(':');
            return colon < Tcp.Length ? endpoint.Substring(Tcp.Length) : endpoint.Substring(Tcp.Length, colon - Tcp.Length);
        }
    }
}
