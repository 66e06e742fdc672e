#nullable enable

namespace Ponimator.Core
{
    /// <summary>Why there is no connection, and what to do.</summary>
    internal static class ConnectionWords
    {
        internal static string Unreached(string endpoint) =>
            $"No server answers at {endpoint}: start one with `ponimator serve`, or name another endpoint.";

        internal static string Gone(string endpoint) =>
            $"The connection to {endpoint} is no more: the server has stopped or is out of reach.";

        internal static string Silent(string endpoint, string request, double seconds) =>
            $"The server at {endpoint} did not answer a {request} within {seconds:0.###} s.";

        internal static string Refusal(string endpoint, CurveKeys? keys) => keys is null
            ? $"The server at {endpoint} wants keys and none were given: give its .key file and your .key_secret file "
                + "(`ponimator keys new` makes one; its .key belongs into the server's folder of allowed keys)."
            : $"The server at {endpoint} refused the key {keys.OwnPublic}: expected one from its folder of allowed "
                + "keys, or it uses no keys at all. Have your .key file put there, or connect without keys.";

        internal static string CutOff(string endpoint, CurveKeys? keys) => keys is null
            ? $"{endpoint} closes every connection at once: expected a server that needs no keys. This one may want "
                + "them (give its .key file and your .key_secret file), or is no ponimator server."
            : $"{endpoint} closes every connection at once: expected the server whose key is {keys.Server}. It has "
                + "another: get its present .key file from whoever runs it, or check the address.";

        internal static string Reopened(string? lost, string opened) =>
            $"The server knows session {lost} no more (it was restarted, or the lease is over): session {opened} was "
            + "opened in its place, trigger again.";
    }
}
