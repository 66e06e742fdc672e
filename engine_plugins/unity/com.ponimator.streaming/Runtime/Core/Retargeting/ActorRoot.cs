#nullable enable

namespace Ponimator.Core
{
    /// <summary>Where an actor stands: a place on the ground and a heading.</summary>
    public readonly struct ActorRoot
    {
        /// <summary>A root.</summary>
        /// <param name="position">Metres.</param>
        /// <param name="yawRad">About +Y, from +Z.</param>
        public ActorRoot(Vector3d position, double yawRad)
        {
            Position = position;
            YawRad = yawRad;
        }

        /// <summary>Metres.</summary>
        public Vector3d Position { get; }

        /// <summary>About +Y, from +Z.</summary>
        public double YawRad { get; }
    }
}
