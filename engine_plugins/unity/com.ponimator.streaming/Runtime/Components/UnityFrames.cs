using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>Carries places and rotations between Unity's types and the core's; <see cref="Frames"/> converts.</summary>
    public static class UnityFrames
    {
        /// <summary>A place or a direction, in Unity's frame.</summary>
        public static Vector3 FromCanonical(Vector3d canonical)
        {
            Vector3d unity = Frames.UnityFromCanonical(canonical);
            return new Vector3((float)unity.X, (float)unity.Y, (float)unity.Z);
        }

        /// <summary>A rotation, in Unity's frame.</summary>
        public static Quaternion FromCanonical(Quaterniond canonical)
        {
            Quaterniond unity = Frames.UnityFromCanonical(canonical);
            return new Quaternion((float)unity.X, (float)unity.Y, (float)unity.Z, (float)unity.W);
        }

        /// <summary>A place or a direction, in the canonical frame.</summary>
        public static Vector3d ToCanonical(Vector3 unity) =>
            Frames.CanonicalFromUnity(new Vector3d(unity.x, unity.y, unity.z));

        /// <summary>A rotation, in the canonical frame.</summary>
        public static Quaterniond ToCanonical(Quaternion unity) =>
            Frames.CanonicalFromUnity(new Quaterniond(unity.x, unity.y, unity.z, unity.w));

        /// <summary>A canonical heading, in Unity's degrees about its up axis; the mirror is its own inverse.</summary>
        public static float YawDegrees(double canonicalYawRad) =>
            Mathf.Rad2Deg * (float)Frames.CanonicalYawFromUnity(canonicalYawRad);
    }
}
