#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>A rotation in the canonical frame, a unit quaternion.</summary>
    public readonly struct Quaterniond
    {
        /// <summary>Its four numbers.</summary>
        public Quaterniond(double x, double y, double z, double w)
        {
            X = x;
            Y = y;
            Z = z;
            W = w;
        }

        /// <summary>No rotation.</summary>
        public static Quaterniond Identity => new Quaterniond(0, 0, 0, 1);

        /// <summary>First of the vector part.</summary>
        public double X { get; }

        /// <summary>Second of the vector part.</summary>
        public double Y { get; }

        /// <summary>Third of the vector part.</summary>
        public double Z { get; }

        /// <summary>The scalar part.</summary>
        public double W { get; }

        /// <summary>The rotation back.</summary>
        public Quaterniond Inverse => new Quaterniond(-X, -Y, -Z, W);

        /// <summary>Of unit length.</summary>
        public Quaterniond Normalised
        {
            get
            {
                double factor = 1 / Math.Sqrt(Dot(this, this));
                return new Quaterniond(X * factor, Y * factor, Z * factor, W * factor);
            }
        }

        /// <summary>First b, then a.</summary>
        public static Quaterniond operator *(Quaterniond a, Quaterniond b) => new Quaterniond(
            (a.W * b.X) + (a.X * b.W) + (a.Y * b.Z) - (a.Z * b.Y),
            (a.W * b.Y) + (a.Y * b.W) + (a.Z * b.X) - (a.X * b.Z),
            (a.W * b.Z) + (a.Z * b.W) + (a.X * b.Y) - (a.Y * b.X),
            (a.W * b.W) - (a.X * b.X) - (a.Y * b.Y) - (a.Z * b.Z));

        /// <summary>The vector, rotated.</summary>
        public static Vector3d operator *(Quaterniond q, Vector3d v)
        {
            var axis = new Vector3d(q.X, q.Y, q.Z);
            Vector3d across = 2 * Vector3d.Cross(axis, v);
            return v + (q.W * across) + Vector3d.Cross(axis, across);
        }

        /// <summary>The inner product of their numbers.</summary>
        public static double Dot(Quaterniond a, Quaterniond b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z) + (a.W * b.W);

        /// <summary>Radians between two rotations, 0 to π.</summary>
        public static double Angle(Quaterniond a, Quaterniond b)
        {
            Quaterniond between = a.Inverse * b;
            return 2 * Math.Atan2(new Vector3d(between.X, between.Y, between.Z).Length, Math.Abs(between.W));
        }

        /// <summary>By an angle about an axis of unit length.</summary>
        public static Quaterniond About(Vector3d axis, double angleRad)
        {
            Vector3d part = axis * Math.Sin(angleRad / 2);
            return new Quaterniond(part.X, part.Y, part.Z, Math.Cos(angleRad / 2));
        }

        /// <summary>On the shorter way from a (0) to b (1).</summary>
        public static Quaterniond Slerp(Quaterniond a, Quaterniond b, double part)
        {
            Quaterniond between = a.Inverse * b;
            double sign = between.W < 0 ? -1 : 1;
            var axis = sign * new Vector3d(between.X, between.Y, between.Z);
            double length = axis.Length;
            return length < 1e-12 ? a : a * About(axis / length, part * 2 * Math.Atan2(length, sign * between.W));
        }

        /// <inheritdoc/>
        public override string ToString() =>
            FormattableString.Invariant($"({X:0.######}, {Y:0.######}, {Z:0.######}, {W:0.######})");
    }
}
