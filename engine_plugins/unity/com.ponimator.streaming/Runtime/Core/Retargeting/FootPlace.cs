#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where a foot is to be.</summary>
    internal readonly struct FootPlace
    {
        internal FootPlace(Vector3d ankle, Quaterniond rotation, double lowness)
        {
            Ankle = ankle;
            Rotation = rotation;
            Lowness = lowness;
        }

        /// <summary>Metres.</summary>
        internal Vector3d Ankle { get; }

        /// <summary>Of the ankle's bone to the world.</summary>
        internal Quaterniond Rotation { get; }

        /// <summary>1 for a foot near the ground, which the pelvis comes down for, to 0.</summary>
        internal double Lowness { get; }
    }
}
