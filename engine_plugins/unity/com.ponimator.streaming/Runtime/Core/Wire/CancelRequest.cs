#nullable enable

namespace Ponimator.Core
{
    /// <summary>Ends an interaction.</summary>
    public sealed class CancelRequest : SessionRequest
    {
        /// <summary>The end of an interaction.</summary>
        /// <param name="interaction">Its number; null: the one that plays or is planned.</param>
        public CancelRequest(long? interaction = null)
            : base("cancel") => Interaction = interaction;

        /// <summary>Its number; null: the one that plays or is planned.</summary>
        public long? Interaction { get; }

        /// <summary>How long it is blended out.</summary>
        public double BlendOutS { get; set; } = 0.3;

        private protected override int FieldCount => 3;

        /// <inheritdoc/>
        public override void Check() => Bounds.Check(BlendOutS, 0.0, WireLimits.MaxBlendS, "a blend in s");

        private protected override void WriteFields(MsgpackWriter writer)
        {
            Put(writer, "session", Session);
            Put(writer, "interaction", Interaction);
            PutReal(writer, "blend_out_s", BlendOutS);
        }
    }
}
