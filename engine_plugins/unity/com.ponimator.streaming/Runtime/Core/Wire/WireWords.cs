#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>The words that stand on the wire for this library's enumerations.</summary>
    public static class WireWords
    {
        internal static readonly string[] Codes =
        {
            "bad_message", "unsupported_protocol", "too_large", "unauthorised", "bad_request", "invalid_pose",
            "too_far", "unknown_session", "unknown_interaction", "not_supported", "busy", "late", "internal",
        };

        internal static readonly string[] States =
        {
            "accepted", "playing", "finished", "cancelled", "late", "failed",
        };

        internal static readonly string[] Profiles = { "low_latency", "balanced", "quality" };

        /// <summary>The word of a code.</summary>
        public static string Of(ErrorCode code) => Codes[(int)code];

        /// <summary>The word of a state.</summary>
        public static string Of(InteractionState state) => States[(int)state];

        /// <summary>The word of a profile.</summary>
        public static string Of(SessionProfile profile) => Profiles[(int)profile];

        /// <summary>The profile of a word.</summary>
        /// <exception cref="BadRequestException">There is none.</exception>
        public static SessionProfile ProfileOf(string word)
        {
            int index = Array.IndexOf(Profiles, word);
            return index >= 0
                ? (SessionProfile)index
                : throw new BadRequestException($"Expected a profile of {Listed(Profiles)}; got {word}.");
        }

        internal static string Listed(IEnumerable<string> words) => string.Join(", ", words);
    }
}
