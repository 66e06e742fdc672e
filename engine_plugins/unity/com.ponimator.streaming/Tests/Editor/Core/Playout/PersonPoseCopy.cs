#nullable enable

using System.Linq;

namespace Ponimator.Core.Tests
{
    /// <summary>What was shown, and how far something else is from it.</summary>
    internal sealed class PersonPoseCopy
    {
        private Quaterniond[][] _rotations = new Quaterniond[0][];
        private Vector3d[] _translations = new Vector3d[0];

        internal void Take(Shown shown)
        {
            _rotations = shown.Persons.Select(person => person.Rotations.ToArray()).ToArray();
            _translations = shown.Persons.Select(person => person.Translation).ToArray();
        }

        internal double LargestTurnRad(Shown shown) => Enumerable.Range(0, WireLimits.PersonCount).Max(person =>
            Enumerable.Range(0, WireLimits.JointCount).Max(joint =>
                Quaterniond.Angle(_rotations[person][joint], shown.Persons[person].Rotations[joint])));

        internal double LargestStepM(Shown shown) => Enumerable.Range(0, WireLimits.PersonCount).Max(
            person => (_translations[person] - shown.Persons[person].Translation).Length);
    }
}
