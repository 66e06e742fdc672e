#nullable enable

using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>A pose as an engine sets it; all bones but the carrier stay at their bind positions.</summary>
    public sealed class RigPose
    {
        internal RigPose(int boneCount, int carrier)
        {
            Local = new Quaterniond[boneCount];
            Carrier = carrier;
        }

        /// <summary>From each bone to its parent, of a root to the actor.</summary>
        public IReadOnlyList<Quaterniond> Rotations => Local;

        /// <summary>The bone that is moved.</summary>
        public int Carrier { get; }

        /// <summary>Of the carrier in its parent, m.</summary>
        public Vector3d CarrierPosition { get; internal set; }

        /// <summary>Of the pelvis' bone in the actor's space, m.</summary>
        public Vector3d HipsPosition { get; internal set; }

        internal Quaterniond[] Local { get; }
    }
}
