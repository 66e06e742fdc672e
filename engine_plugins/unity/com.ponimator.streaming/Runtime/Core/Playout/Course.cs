#nullable enable

using System;

namespace Ponimator.Core
{
    /// <summary>A frame of the stream and how the motion goes on from it.</summary>
    internal sealed class Course
    {
        private const double HoldTauS = 0.15;
        private readonly HeldFrame? _movesFrom;
        private readonly HeldFrame? _movesTo;

        private Course(PlayoutState state, HeldFrame frame, HeldFrame? following, HeldFrame? movesFrom, HeldFrame? movesTo)
        {
            State = state;
            Frame = frame;
            Following = following;
            _movesFrom = movesFrom;
            _movesTo = movesTo;
        }

        internal PlayoutState State { get; }

        /// <summary>The last one held that is not behind the place.</summary>
        internal HeldFrame Frame { get; }

        /// <summary>The frame that is played towards.</summary>
        internal HeldFrame? Following { get; }

        internal static Course Playing(HeldFrame frame, HeldFrame following) =>
            new Course(PlayoutState.Playing, frame, following, frame, following);

        internal static Course Resting(HeldFrame frame) => new Course(PlayoutState.Resting, frame, null, null, null);

        /// <summary>Carried on with the velocity from the frame before, where the two are joined.</summary>
        internal static Course Holding(HeldFrame frame, HeldFrame? before) => before != null && before.Joins(frame)
            ? new Course(PlayoutState.Holding, frame, null, before, frame)
            : new Course(PlayoutState.Holding, frame, null, null, null);

        /// <summary>How much of the way between the frames that it moves along lies behind its frame at a place.</summary>
        internal double Share(double place) => State == PlayoutState.Holding
            ? ShareCarriedOn(place)
            : _movesTo is null ? 0.0 : (place - Frame.Number) / Distance;

        /// <summary>The same where its velocity dies away from its frame on.</summary>
        internal double ShareCarriedOn(double place)
        {
            double passedS = Math.Max(0.0, place - Frame.Number) / Frame.Block.RateHz;
            double effectiveS = HoldTauS * (1 - Math.Exp(-passedS / HoldTauS));
            return _movesTo is null ? 0.0 : effectiveS * Frame.Block.RateHz / Distance;
        }

        /// <summary>A joint's rotation, a share of its way on from the frame.</summary>
        internal Quaterniond Rotation(int person, int joint, double share)
        {
            Quaterniond here = Frame.Rotation(person, joint);
            return _movesTo is null
                ? here
                : here * Turning.Turn(share * Turning.TurnVector(
                    _movesFrom!.Rotation(person, joint).Inverse * _movesTo.Rotation(person, joint)));
        }

        /// <summary>A person's translation, a share of its way on from the frame.</summary>
        internal Vector3d Translation(int person, double share) => _movesTo is null
            ? Frame.Translation(person)
            : Frame.Translation(person) + (share * (_movesTo.Translation(person) - _movesFrom!.Translation(person)));

        private long Distance => _movesTo!.Number - _movesFrom!.Number;
    }
}
