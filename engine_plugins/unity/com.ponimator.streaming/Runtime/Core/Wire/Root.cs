#nullable enable


namespace Ponimator.Core
{
    /// <summary>Where a character without a pose stands; SMPL-X's frame.</summary>
    public sealed class Root
    {
        /// <summary>A place and a heading.</summary>
        /// <param name="position">Metres.</param>
        /// <param name="yawRad">About +Y, from +Z.</param>
        /// <exception cref="BadRequestException">It is too far from the origin, or no number.</exception>
        public Root(Vector3d position, double yawRad = 0.0)
        {
            Coordinates.Check(position, "a root");
            Bounds.Check(yawRad, -WireLimits.MaxYawRad, WireLimits.MaxYawRad, "a yaw in rad");
            Position = position;
            YawRad = yawRad;
        }

        /// <summary>Metres.</summary>
        public Vector3d Position { get; }

        /// <summary>About +Y, from +Z.</summary>
        public double YawRad { get; }

        internal void Write(MsgpackWriter writer)
        {
            writer.MapHeader(2);
            writer.Text("position");
            writer.ArrayHeader(3);
            writer.Real(Position.X);
            writer.Real(Position.Y);
            writer.Real(Position.Z);
            writer.Text("yaw_rad");
            writer.Real(YawRad);
        }
    }
}
