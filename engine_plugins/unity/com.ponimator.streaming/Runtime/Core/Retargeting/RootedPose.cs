#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>A pose and what its actor does.</summary>
    public readonly struct RootedPose
    {
        private RootedPose(RigPose pose, Vector3d move, double turnRad)
        {
            Pose = pose;
            Move = move;
            TurnRad = turnRad;
        }

        /// <summary>In the actor's space.</summary>
        public RigPose Pose { get; }

        /// <summary>Of the actor since the last frame, in its own last frame of front and left, m.</summary>
        public Vector3d Move { get; }

        /// <summary>Of the actor about +Y since the last frame.</summary>
        public double TurnRad { get; }

        /// <summary>How an actor is turned that stands at a root: its rig's own front is taken care of.</summary>
        public static Quaterniond WorldFromActor(FittedRig fitted, double yawRad) => Turning.AboutUp(yawRad) * fitted.ToFront;

        /// <summary>A pose for an actor that is moved in one of three ways.</summary>
        /// <param name="posed">In the world.</param>
        /// <param name="root">Of the same frame.</param>
        /// <param name="mode">Who moves the actor; with World it stands at the world's origin.</param>
        /// <param name="before">Root of the frame before; null for a first frame, which moves nothing.</param>
        public static RootedPose Of(PosedRig posed, ActorRoot root, RootMode mode, ActorRoot? before)
        {
            if (mode == RootMode.World)
            {
                return new RootedPose(posed.Local(), Vector3d.Zero, 0);
            }
            RigPose pose = posed.Local(root.Position, WorldFromActor(posed.Fitted, root.YawRad));
            if (mode == RootMode.InPlace || before is null)
            {
                return new RootedPose(pose, Vector3d.Zero, 0);
            }
            double turned = root.YawRad - before.Value.YawRad;
            return new RootedPose(
                pose,
                Turning.AboutUp(-before.Value.YawRad) * (root.Position - before.Value.Position),
                Math.Atan2(Math.Sin(turned), Math.Cos(turned)));
        }
    }
}
