#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>The few curves and turns that retargeting is made of; each is continuous wherever it is used.</summary>
    internal static class Turning
    {
        internal const double Tiny = 1e-12;
        private const double Opposite = 1e-9;
        private const double LeastZone = 5e-4;
        private const double SmallShare = 1e-6;

        /// <summary>From 0 to 1 without a step in velocity or acceleration.</summary>
        internal static double Eased(double share)
        {
            double s = Math.Min(Math.Max(share, 0), 1);
            return s * s * s * (10 - (15 * s) + (6 * s * s));
        }

        /// <summary>How far a limb goes that is asked for a ratio of its length: exactly at first, then ever less.</summary>
        internal static double SoftReach(double ratio, double exact)
        {
            if (ratio <= exact)
            {
                return ratio;
            }
            double zone = Math.Max(1 - exact, LeastZone);
            return Math.Min(exact + (zone * (1 - Math.Exp(-(ratio - exact) / zone))), 1);
        }

        /// <summary>The vector, shortened to limit · tanh(length / limit).</summary>
        internal static Vector3d SoftlyLimited(Vector3d vector, double limit)
        {
            double share = vector.Length / limit;
            return vector * (share > SmallShare ? Math.Tanh(share) / share : 1);
        }

        /// <summary>Direction of a vector; of none the zero vector.</summary>
        internal static Vector3d Unit(Vector3d vector) => vector / Math.Max(vector.Length, Tiny);

        /// <summary>The smallest turn of one unit vector to another; of two opposite ones about a fixed normal.</summary>
        internal static Quaterniond ShortestArc(Vector3d start, Vector3d stop)
        {
            double nearness = 1 + Vector3d.Dot(start, stop);
            if (nearness < Opposite)
            {
                Vector3d normal = Unit(Vector3d.Cross(start, AxisFarthestFrom(start)));
                return new Quaterniond(normal.X, normal.Y, normal.Z, 0);
            }
            Vector3d axis = Vector3d.Cross(start, stop);
            return new Quaterniond(axis.X, axis.Y, axis.Z, nearness).Normalised;
        }

        /// <summary>The rotation of a rotation vector.</summary>
        internal static Quaterniond Turn(Vector3d rotationVector)
        {
            double angle = rotationVector.Length;
            return angle < Tiny ? Quaterniond.Identity : Quaterniond.About(rotationVector / angle, angle);
        }

        /// <summary>The rotation vector of a rotation, the shorter way round.</summary>
        internal static Vector3d TurnVector(Quaterniond rotation)
        {
            double sign = rotation.W < 0 ? -1 : 1;
            Vector3d part = sign * new Vector3d(rotation.X, rotation.Y, rotation.Z);
            double sine = part.Length;
            // Where the angle is small, its half is its sine.
            return part * (sine < Tiny ? 2 : 2 * Math.Atan2(sine, sign * rotation.W) / sine);
        }

        /// <summary>Yaw from +Z of a body that has its left there; forward is left × up.</summary>
        internal static double YawFromLeftward(Vector3d leftward) => Math.Atan2(-leftward.Z, leftward.X);

        /// <summary>About the up axis.</summary>
        internal static Quaterniond AboutUp(double yawRad) => Quaterniond.About(Vector3d.Up, yawRad);

        /// <summary>The rotation whose columns are three unit vectors, at right angles and right-handed.</summary>
        internal static Quaterniond FromColumns(Vector3d a, Vector3d b, Vector3d c)
        {
            double trace = a.X + b.Y + c.Z;
            // The largest of the four is found first, so that nothing is divided by little.
            if (trace > 0)
            {
                return new Quaterniond(b.Z - c.Y, c.X - a.Z, a.Y - b.X, 1 + trace).Normalised;
            }
            if (a.X >= b.Y && a.X >= c.Z)
            {
                return new Quaterniond(1 + a.X - b.Y - c.Z, a.Y + b.X, c.X + a.Z, b.Z - c.Y).Normalised;
            }
            return b.Y >= c.Z
                ? new Quaterniond(a.Y + b.X, 1 - a.X + b.Y - c.Z, b.Z + c.Y, c.X - a.Z).Normalised
                : new Quaterniond(c.X + a.Z, b.Z + c.Y, 1 - a.X - b.Y + c.Z, a.Y - b.X).Normalised;
        }

        private static Vector3d AxisFarthestFrom(Vector3d direction)
        {
            (double x, double y, double z) = (Math.Abs(direction.X), Math.Abs(direction.Y), Math.Abs(direction.Z));
            if (x <= y && x <= z)
            {
                return new Vector3d(1, 0, 0);
            }
            return y <= z ? new Vector3d(0, 1, 0) : new Vector3d(0, 0, 1);
        }
    }
}
