#nullable enable

using System;
using System.Buffers.Binary;

namespace Ponimator.Core
{
    /// <summary>Between the bytes of a message's array and vectors: little-endian float32, C order.</summary>
    internal static class WireArrays
    {
        private const int RotationBytes = 4 * WireLimits.Float32Bytes;
        private const int PositionBytes = 3 * WireLimits.Float32Bytes;

        /// <summary>Unit quaternions (x, y, z, w).</summary>
        internal static Quaterniond[] Rotations(WireMap map, string name, int count)
        {
            ReadOnlySpan<byte> bytes = map.Binary(name, count * RotationBytes);
            var rotations = new Quaterniond[count];
            for (int index = 0; index < count; index++)
            {
                ReadOnlySpan<byte> one = bytes.Slice(index * RotationBytes, RotationBytes);
                rotations[index] = new Quaterniond(Float(one, 0), Float(one, 1), Float(one, 2), Float(one, 3));
                if (!IsUnit(rotations[index]))
                {
                    throw map.Misfit(name, "unit quaternions", $"the length {Norm(rotations[index]):g6} at {index}");
                }
            }

            return rotations;
        }

        /// <summary>Positions in metres.</summary>
        internal static Vector3d[] Positions(WireMap map, string name, int count)
        {
            ReadOnlySpan<byte> bytes = map.Binary(name, count * PositionBytes);
            var positions = new Vector3d[count];
            for (int index = 0; index < count; index++)
            {
                ReadOnlySpan<byte> one = bytes.Slice(index * PositionBytes, PositionBytes);
                positions[index] = new Vector3d(Float(one, 0), Float(one, 1), Float(one, 2));
                if (!IsFinite(positions[index]))
                {
                    throw map.Misfit(name, "finite numbers", $"NaN or infinity at {index}");
                }
            }

            return positions;
        }

        internal static byte[] Bytes(ReadOnlySpan<Quaterniond> rotations)
        {
            var bytes = new byte[rotations.Length * RotationBytes];
            for (int index = 0; index < rotations.Length; index++)
            {
                Span<byte> one = bytes.AsSpan(index * RotationBytes, RotationBytes);
                Quaterniond rotation = rotations[index];
                Put(one, 0, rotation.X);
                Put(one, 1, rotation.Y);
                Put(one, 2, rotation.Z);
                Put(one, 3, rotation.W);
            }

            return bytes;
        }

        internal static byte[] Bytes(Vector3d position)
        {
            var bytes = new byte[PositionBytes];
            Put(bytes, 0, position.X);
            Put(bytes, 1, position.Y);
            Put(bytes, 2, position.Z);
            return bytes;
        }

        /// <summary>Written so that NaN fails.</summary>
        internal static bool IsUnit(Quaterniond rotation) =>
            Math.Abs(Norm(rotation) - 1.0) <= WireLimits.UnitNormTolerance;

        internal static bool IsFinite(Vector3d position) =>
            IsFinite(position.X) && IsFinite(position.Y) && IsFinite(position.Z);

        internal static double Norm(Quaterniond rotation) => Math.Sqrt(Quaterniond.Dot(rotation, rotation));

        private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);

        private static float Float(ReadOnlySpan<byte> bytes, int index) => BitConverter.Int32BitsToSingle(
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(index * WireLimits.Float32Bytes)));

        private static void Put(Span<byte> bytes, int index, double value) => BinaryPrimitives.WriteInt32LittleEndian(
            bytes.Slice(index * WireLimits.Float32Bytes), BitConverter.SingleToInt32Bits((float)value));
    }
}
