#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A block of absolute frames; a higher revision replaces everything from its start on. Immutable.</summary>
    public sealed class MotionBlock : StreamMessage
    {
        /// <summary>The interaction that it belongs to.</summary>
        public long Interaction { get; internal set; }

        /// <summary>Which plan of the timeline it belongs to.</summary>
        public long Revision { get; internal set; }

        /// <summary>First absolute frame.</summary>
        public long Start { get; internal set; }

        /// <summary>Number of frames.</summary>
        public int Count { get; internal set; }

        /// <summary>Frames per second.</summary>
        public int RateHz { get; internal set; }

        /// <summary>When the first frame is due, on the server's clock.</summary>
        public long TimeNs { get; internal set; }

        /// <summary>Contacts between the persons.</summary>
        public IReadOnlyList<Contact> Contacts => ContactArray;

        /// <summary>The absolute frame of the interactive pose; null: not in this block.</summary>
        public long? Anchor { get; internal set; }

        /// <summary>Whether the interaction ends with this block.</summary>
        public bool Final { get; internal set; }

        /// <summary>The absolute frame after the last one.</summary>
        public long Stop => Start + Count;

        internal Contact[] ContactArray { get; set; } = Array.Empty<Contact>();

        internal Quaterniond[] Rotations { get; set; } = Array.Empty<Quaterniond>();

        internal Vector3d[] Translations { get; set; } = Array.Empty<Vector3d>();

        internal byte[] FootContacts { get; set; } = Array.Empty<byte>();

        /// <summary>A joint's rotation in a row of the block: to its parent, the first one's to the world.</summary>
        public Quaterniond Rotation(int person, int row, int joint) =>
            Rotations[(((person * Count) + row) * WireLimits.JointCount) + joint];

        /// <summary>A person's translation in SMPL-X's meaning, metres: the pelvis is at its rest plus this.</summary>
        public Vector3d Translation(int person, int row) => Translations[(person * Count) + row];

        /// <summary>Whether a person's left heel, left toe, right heel or right toe (0 to 3) stands.</summary>
        public bool FootContact(int person, int row, int foot) =>
            FootContacts[(((person * Count) + row) * WireLimits.FootCount) + foot] != 0;

        internal static MotionBlock From(WireMap map)
        {
            int count = map.Number("count", 1, WireLimits.MaxBlockFrames);
            int personFrames = WireLimits.PersonCount * count;
            return new MotionBlock
            {
                Session = map.Text("session", minCharacters: 1),
                Interaction = map.Integer("interaction"),
                Revision = map.Integer("revision"),
                Start = map.Integer("start", 0, long.MaxValue - WireLimits.MaxBlockFrames),
                Count = count,
                RateHz = map.Number("rate_hz", WireLimits.MinRateHz, WireLimits.MaxRateHz),
                TimeNs = map.Integer("time_ns", long.MinValue),
                Rotations = WireArrays.Rotations(map, "rotations", personFrames * WireLimits.JointCount),
                Translations = WireArrays.Positions(map, "translations", personFrames),
                FootContacts = map.Binary("foot_contacts", personFrames * WireLimits.FootCount).ToArray(),
                ContactArray = map.Maps("contacts", 0, WireLimits.MaxContacts, Contact.From),
                Anchor = map.OptionalInteger("anchor"),
                Final = map.Boolean("final"),
            };
        }
    }
}
