#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>A place or a direction in the canonical frame; double, since angles of nearly straight limbs need it.</summary>
    public readonly struct Vector3d
    {
        /// <summary>Its three numbers.</summary>
        public Vector3d(double x, double y, double z)
        {
            X = x;
            Y = y;
            Z = z;
        }

        /// <summary>The origin.</summary>
        public static Vector3d Zero => default;

        /// <summary>The canonical frame's up.</summary>
        public static Vector3d Up => new Vector3d(0, 1, 0);

        /// <summary>Along the first axis.</summary>
        public double X { get; }

        /// <summary>Along the second axis.</summary>
        public double Y { get; }

        /// <summary>Along the third axis.</summary>
        public double Z { get; }

        /// <summary>Its length.</summary>
        public double Length => Math.Sqrt(Dot(this, this));

        /// <summary>The sum.</summary>
        public static Vector3d operator +(Vector3d a, Vector3d b) => new Vector3d(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        /// <summary>The way from b to a.</summary>
        public static Vector3d operator -(Vector3d a, Vector3d b) => new Vector3d(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        /// <summary>The other way round.</summary>
        public static Vector3d operator -(Vector3d a) => new Vector3d(-a.X, -a.Y, -a.Z);

        /// <summary>Scaled.</summary>
        public static Vector3d operator *(Vector3d a, double factor) => new Vector3d(a.X * factor, a.Y * factor, a.Z * factor);

        /// <summary>Scaled.</summary>
        public static Vector3d operator *(double factor, Vector3d a) => a * factor;

        /// <summary>Divided.</summary>
        public static Vector3d operator /(Vector3d a, double divisor) => a * (1 / divisor);

        /// <summary>The inner product.</summary>
        public static double Dot(Vector3d a, Vector3d b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z);

        /// <summary>The outer product, right-handed.</summary>
        public static Vector3d Cross(Vector3d a, Vector3d b) =>
            new Vector3d((a.Y * b.Z) - (a.Z * b.Y), (a.Z * b.X) - (a.X * b.Z), (a.X * b.Y) - (a.Y * b.X));

        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant($"({X:0.######}, {Y:0.######}, {Z:0.######})");
    }
}
