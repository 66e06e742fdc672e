#nullable enable

namespace Ponimator.Core
{
    /// <summary>Between the canonical frame and Unity's; nothing else converts.</summary>
    /// <remarks>
    /// Canonical, on the wire: SMPL-X's frame, right-handed, Y up, a person at rest faces +Z, their left is +X.
    /// Unity: left-handed, Y up. Both are in metres; the mirror at x = 0 is its own inverse.
    /// </remarks>
    public static class Frames
    {
        /// <summary>A position or a direction.</summary>
        public static Vector3d UnityFromCanonical(Vector3d position) =>
            new Vector3d(-position.X, position.Y, position.Z);

        /// <summary>A rotation.</summary>
        public static Quaterniond UnityFromCanonical(Quaterniond rotation) =>
            new Quaterniond(rotation.X, -rotation.Y, -rotation.Z, rotation.W);

        /// <summary>A position or a direction.</summary>
        public static Vector3d CanonicalFromUnity(Vector3d position) => UnityFromCanonical(position);

        /// <summary>A rotation.</summary>
        public static Quaterniond CanonicalFromUnity(Quaterniond rotation) => UnityFromCanonical(rotation);

        /// <summary>A heading about the vertical axis, radians, which turns the other way round.</summary>
        public static double CanonicalYawFromUnity(double yawRad) => -yawRad;
    }
}
