#nullable enable

namespace Ponimator.Core
{
    /// <summary>A change of an interaction's state.</summary>
    public sealed class Status : StreamMessage
    {
        /// <summary>Where the interaction stands now.</summary>
        public InteractionState State { get; internal set; }

        /// <summary>When, on the server's clock.</summary>
        public long TimeNs { get; internal set; }

        /// <summary>Which interaction.</summary>
        public long? Interaction { get; internal set; }

        /// <summary>The absolute frame at which it changed.</summary>
        public long? Frame { get; internal set; }

        /// <summary>Why it is late or failed.</summary>
        public ErrorCode? Code { get; internal set; }

        /// <summary>Why it is late or failed, in words.</summary>
        public string Message { get; internal set; } = "";

        /// <summary>Where it is there, nothing has changed but the diffusion steps from now on.</summary>
        public int? Steps { get; internal set; }

        /// <summary>Whether the interaction says no more after this.</summary>
        public bool IsEnd => State == InteractionState.Finished || State == InteractionState.Cancelled
            || State == InteractionState.Failed;

        internal static Status From(WireMap map) => new Status
        {
            Session = map.Text("session", minCharacters: 1),
            State = (InteractionState)map.Word("state", WireWords.States),
            TimeNs = map.Integer("time_ns", long.MinValue),
            Interaction = map.OptionalInteger("interaction"),
            Frame = map.OptionalInteger("frame"),
            Code = map.Has("code") ? (ErrorCode?)map.Word("code", WireWords.Codes) : null,
            Message = map.OptionalText("message", WireLimits.MaxTextCharacters),
            Steps = (int?)map.OptionalInteger("steps", 1, WireLimits.MaxSteps),
        };
    }
}
