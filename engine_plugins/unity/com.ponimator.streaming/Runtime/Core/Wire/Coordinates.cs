#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>Whether a position that a game gives is near enough to its origin.</summary>
    internal static class Coordinates
    {
        internal static void Check(Vector3d position, string what)
        {
            double farthest = Math.Max(Math.Abs(position.X), Math.Max(Math.Abs(position.Y), Math.Abs(position.Z)));
            if (!WireArrays.IsFinite(position) || farthest > WireLimits.MaxCoordinateM)
            {
                throw new BadRequestException(
                    $"Expected {what} within {WireLimits.MaxCoordinateM:g} m of the origin, got {position}: "
                    + "send metres, or move the scene nearer to its origin.");
            }
        }
    }
}
