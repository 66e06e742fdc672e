#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>What one display shows; a game keeps one and has it filled again and again.</summary>
    public sealed class Shown
    {
        private readonly List<ShownContact> _contacts = new List<ShownContact>();

        /// <summary>Which of the four cases; while waiting nothing else here means anything.</summary>
        public PlayoutState State { get; internal set; }

        /// <summary>The absolute frame that is due, with its fraction; null before the first block.</summary>
        public double? Place { get; internal set; }

        /// <summary>Whose motion is shown.</summary>
        public long Interaction { get; internal set; }

        /// <summary>Both bodies.</summary>
        public IReadOnlyList<PersonPose> Persons { get; } = new[] { new PersonPose(), new PersonPose() };

        /// <summary>Contacts of the frame shown, and those about it.</summary>
        public IReadOnlyList<ShownContact> Contacts => _contacts;

        internal List<ShownContact> ContactsToFill => _contacts;
    }
}
