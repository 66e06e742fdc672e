#nullable enable

namespace Ponimator.Core
{
    /// <summary>One body as it is shown; SMPL-X's frame.</summary>
    public sealed class PersonPose
    {
        private readonly bool[] _footContacts = new bool[WireLimits.FootCount];

        internal PersonPose()
        {
            for (int joint = 0; joint < Rotations.Length; joint++)
            {
                Rotations[joint] = Quaterniond.Identity;
            }
        }

        /// <summary>Of the 55 joints: to the parent, the first one's to the world; written anew by each display.</summary>
        public Quaterniond[] Rotations { get; } = new Quaterniond[WireLimits.JointCount];

        /// <summary>Metres, in SMPL-X's meaning: the pelvis is at its rest plus this.</summary>
        public Vector3d Translation { get; internal set; }

        /// <summary>Whether the left heel, left toe, right heel or right toe (0 to 3) stands.</summary>
        public bool FootContact(int foot) => _footContacts[foot];

        internal void SetFootContact(int foot, bool stands) => _footContacts[foot] = stands;
    }
}
