using System.Collections.Generic;
using System.Linq;
using Ponimator.Core;

namespace Ponimator.Streaming
{
    /// <summary>The two characters of an interaction, fitted to the session's bodies.</summary>
    internal sealed class PairOnStage
    {
        private readonly PonimatorCharacter[] _characters;
        private readonly FittedRig[] _fitted;
        private PairRetargeter _retargeter;

        /// <exception cref="RigException">The map of a character does not fit its bones.</exception>
        internal PairOnStage(PonimatorCharacter first, PonimatorCharacter second, Skeleton skeleton)
        {
            _characters = new[] { first, second };
            _fitted = _characters.Select((one, person) => Fit(one.Rig, skeleton, person)).ToArray();
        }

        /// <summary>Height of the ground that both stand on, m.</summary>
        private double Floor => UnityFrames.ToCanonical(_characters[0].transform.position).Y;

        /// <summary>Begins from where both are.</summary>
        internal void Enter(RetargetStage stage) =>
            _retargeter = new PairRetargeter(_fitted[0], _fitted[1], stage, Floor);

        /// <summary>Shows a frame on both.</summary>
        internal void Show(Shown shown, double dtS)
        {
            _retargeter.Follow(shown.Persons, shown.Contacts, dtS);
            for (int person = 0; person < _characters.Length; person++)
            {
                _characters[person].Show(_retargeter.Body(person), _retargeter.Root(person));
            }
        }

        /// <summary>What a trigger says about both.</summary>
        internal Subject[] Subjects(GivenToServer given) => _characters
            .Select((one, person) => Subject(one, _fitted[person], given))
            .ToArray();

        private static FittedRig Fit(PonimatorRigMap rig, Skeleton skeleton, int person)
        {
            IEnumerable<Vector3d> rest = Enumerable.Range(0, WireLimits.JointCount)
                .Select(joint => skeleton.RestJoint(person, joint))
                .Select(place => new Vector3d(place.X, place.Y, place.Z));
            return new FittedRig(rig.Rig, rig.Map, rest.ToArray());
        }

        private Subject Subject(PonimatorCharacter character, FittedRig fitted, GivenToServer given)
        {
            switch (given)
            {
                case GivenToServer.Roots:
                    return new Subject(root: character.LiveRoot(fitted));
                case GivenToServer.Poses:
                    return new Subject(pose: character.LivePose(fitted, Floor));
                default:
                    return new Subject();
            }
        }
    }
}
