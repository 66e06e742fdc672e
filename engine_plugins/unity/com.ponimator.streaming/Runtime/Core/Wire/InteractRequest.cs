#nullable enable

namespace Ponimator.Core
{
    /// <summary>A trigger: two poses are animated; one gets a partner made; a text alone gets both made.</summary>
    public sealed class InteractRequest : SessionRequest
    {
        /// <summary>A trigger for two characters.</summary>
        public InteractRequest(Subject? first = null, Subject? second = null)
            : base("interact")
        {
            First = first ?? new Subject();
            Second = second ?? new Subject();
        }

        /// <summary>The first character.</summary>
        public Subject First { get; }

        /// <summary>The second character.</summary>
        public Subject Second { get; }

        /// <summary>What they do.</summary>
        public string? Text { get; set; }

        /// <summary>Where the poses given stand in the first window, 0 to 1; null: as the server finds fit.</summary>
        public double? AnchorTime { get; set; }

        /// <summary>How long it lasts; null: until cancelled.</summary>
        public double? DurationS { get; set; } = 6.0;

        /// <summary>How long it is blended in.</summary>
        public double BlendInS { get; set; } = 0.3;

        /// <summary>The same seed makes the same motion; null: the server's choice.</summary>
        public long? Seed { get; set; }

        /// <summary>Diffusion steps; null: the profile's.</summary>
        public int? Steps { get; set; }

        /// <summary>How far apart they may stand.</summary>
        public double MaxDistanceM { get; set; } = 3.0;

        private protected override int FieldCount => 9;

        /// <inheritdoc/>
        public override void Check()
        {
            if (First.Pose is null && Second.Pose is null && string.IsNullOrWhiteSpace(Text))
            {
                throw new BadRequestException(
                    "Expected a pose of at least one character or a text, got neither: say what to animate.");
            }

            Bounds.CheckLength(Text, 0, WireLimits.MaxTextCharacters, "a text");
            Bounds.Check(AnchorTime, 0.0, 1.0, "an anchor time");
            Bounds.Check(DurationS, WireLimits.MinDurationS, WireLimits.MaxDurationS, "a duration in s");
            Bounds.Check(BlendInS, 0.0, WireLimits.MaxBlendS, "a blend in s");
            Bounds.Check(Seed, 0, long.MaxValue, "a seed");
            Bounds.Check(Steps, 1, WireLimits.MaxSteps, "diffusion steps");
            Bounds.Check(MaxDistanceM, 0.0, WireLimits.MaxDistanceM, "a distance in m");
        }

        private protected override void WriteFields(MsgpackWriter writer)
        {
            Put(writer, "session", Session);
            writer.Text("characters");
            writer.ArrayHeader(WireLimits.PersonCount);
            First.Write(writer);
            Second.Write(writer);
            Put(writer, "text", Text);
            PutReal(writer, "anchor_time", AnchorTime);
            PutReal(writer, "duration_s", DurationS);
            PutReal(writer, "blend_in_s", BlendInS);
            Put(writer, "seed", Seed);
            Put(writer, "steps", Steps);
            PutReal(writer, "max_distance_m", MaxDistanceM);
        }
    }
}
