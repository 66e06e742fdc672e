#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>Two rigs that follow the two bodies of the stream; feed it every frame shown, in order.</summary>
    /// <remarks>What it remembers: where planted feet stand, and how much each contact counts.</remarks>
    public sealed class PairRetargeter
    {
        private const int Persons = WireLimits.PersonCount;

        /// <summary>Pairs nearer than this stand as much closer or farther as their arms are shorter or longer.</summary>
        private const double NearM = 1.0;

        /// <summary>Beyond this not at all.</summary>
        private const double FarM = 3.0;

        private readonly FittedRig[] _fitted;
        private readonly RetargetStage _stage;
        private readonly double _floor;
        private readonly bool _approach;
        private readonly SourceBody[] _sources = { new SourceBody(), new SourceBody() };
        private readonly PosedRig[] _bodies;
        private readonly FootLock[][] _locks;
        private readonly FootPlace[][] _places = { new FootPlace[2], new FootPlace[2] };
        private readonly TouchWeights _weights = new TouchWeights();
        private readonly HandHelp _help;

        /// <summary>Begins anew.</summary>
        /// <param name="first">The first person's rig.</param>
        /// <param name="second">The second person's rig.</param>
        /// <param name="stage">How much is done.</param>
        /// <param name="floor">Height of the ground, m.</param>
        /// <param name="approach">Whether near pairs may stand closer together, or farther apart, than in the stream.</param>
        public PairRetargeter(
            FittedRig first,
            FittedRig second,
            RetargetStage stage = RetargetStage.Hands,
            double floor = 0,
            bool approach = true)
        {
            _fitted = new[] { first, second };
            (_stage, _floor, _approach) = (stage, floor, approach);
            _bodies = new[] { new PosedRig(first), new PosedRig(second) };
            _locks = new[]
            {
                new[] { new FootLock(first, 0, floor), new FootLock(first, 1, floor) },
                new[] { new FootLock(second, 0, floor), new FootLock(second, 1, floor) },
            };
            _help = new HandHelp(_bodies, _places, _sources);
        }

        /// <summary>A person's rig in the frame followed last, in the world.</summary>
        public PosedRig Body(int person) => _stage == RetargetStage.Body ? _bodies[person] : _help.Posed[person];

        /// <summary>Where a person faces, and the ground below it, in the frame followed last.</summary>
        /// <remarks>Told by where the body stands in the stream, not by how its hips help a hand.</remarks>
        public ActorRoot Root(int person)
        {
            Vector3d middle = _bodies[person].HipMiddle;
            return new ActorRoot(new Vector3d(middle.X, _floor, middle.Z), _sources[person].FacingYawRad);
        }

        /// <summary>Where a hand (0 left, 1 right) had to come; of weight 0 where it touches nothing.</summary>
        public HandGoal GoalOf(int person, int side) => _help.Goal(person, side);

        /// <summary>Both rigs in the next frame.</summary>
        /// <param name="persons">Both bodies.</param>
        /// <param name="contacts">Those that last, begin soon or ended just now.</param>
        /// <param name="dtS">Since the last frame.</param>
        public void Follow(IReadOnlyList<PersonPose> persons, IReadOnlyList<ShownContact> contacts, double dtS)
        {
            for (int person = 0; person < Persons; person++)
            {
                _sources[person].Set(persons[person], _fitted[person].RestJoints);
            }
            Vector3d half = HalfApproach();
            for (int person = 0; person < Persons; person++)
            {
                _bodies[person].Follow(_sources[person], _floor, person == 0 ? half : -half);
            }
            if (_stage == RetargetStage.Body)
            {
                return;
            }
            for (int person = 0; person < Persons; person++)
            {
                for (int side = 0; side < 2; side++)
                {
                    Vector3d shift = person == 0 ? half : -half;
                    FootPlace free = Feet.Free(_bodies[person], _sources[person], side, _floor, shift);
                    int planted = Feet.PlantedOf(persons[person], side);
                    _places[person][side] = _locks[person][side].Place(free, planted, dtS);
                }
            }
            _help.Solve(_weights.Step(_stage == RetargetStage.Hands ? contacts : Array.Empty<ShownContact>(), dtS));
        }

        /// <summary>By how much the first body stands elsewhere than in the stream; the second opposite.</summary>
        private Vector3d HalfApproach()
        {
            Vector3d apart = _sources[0].HipMiddle - _sources[1].HipMiddle;
            apart = new Vector3d(apart.X, 0, apart.Z);
            double ratio = (_fitted[0].ArmLength + _fitted[1].ArmLength)
                / (_fitted[0].SourceArmLength + _fitted[1].SourceArmLength);
            double nearness = _approach ? 1 - Turning.Eased((apart.Length - NearM) / (FarM - NearM)) : 0;
            return 0.5 * (ratio - 1) * nearness * apart;
        }
    }
}
