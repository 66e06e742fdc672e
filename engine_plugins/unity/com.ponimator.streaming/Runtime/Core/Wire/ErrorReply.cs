#nullable enable

namespace Ponimator.Core
{
    /// <summary>A refusal.</summary>
    public sealed class ErrorReply : Reply
    {
        internal ErrorReply(WireMap map)
            : base(map)
        {
            Code = (ErrorCode)map.Word("code", WireWords.Codes);
            Message = map.Text("message", WireLimits.MaxTextCharacters);
        }

        /// <summary>Why.</summary>
        public ErrorCode Code { get; }

        /// <summary>What was expected, what came, what to do.</summary>
        public string Message { get; }
    }
}
