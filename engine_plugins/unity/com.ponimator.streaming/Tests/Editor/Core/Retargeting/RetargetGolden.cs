#nullable enable

using System.Collections.Generic;
using System.Linq;

namespace Ponimator.Core.Tests
{
    /// <summary>One case of the golden file: two rigs and the frames that they follow.</summary>
    internal sealed class RetargetGolden
    {
        private readonly Dictionary<string, object?> _case;

        private RetargetGolden(Dictionary<string, object?> told)
        {
            _case = told;
            Fitted = told["persons"].Items().Select(person => Fit(person.Map())).ToArray();
            Frames = told["frames"].Items().Select(frame => frame.Map()).ToArray();
        }

        internal string Name => (string)_case["name"]!;

        internal FittedRig[] Fitted { get; }

        internal Dictionary<string, object?>[] Frames { get; }

        internal Dictionary<string, object?> Expected => _case["expected"].Map();

        internal static IEnumerable<RetargetGolden> All() =>
            Golden.Json("retarget.json")["cases"].Items().Select(one => new RetargetGolden(one.Map()));

        internal static double Tolerance(string name) =>
            Golden.Json("retarget.json")["tolerances"].Map()[name].Real();

        internal static double[] Numbers(object? array) =>
            array.Map()["data"].Items().Select(number => number.Real()).ToArray();

        internal static Vector3d[] Vectors(object? array)
        {
            double[] n = Numbers(array);
            return Enumerable.Range(0, n.Length / 3)
                .Select(i => new Vector3d(n[3 * i], n[(3 * i) + 1], n[(3 * i) + 2]))
                .ToArray();
        }

        internal static Quaterniond[] Rotations(object? array)
        {
            double[] n = Numbers(array);
            return Enumerable.Range(0, n.Length / 4)
                .Select(i => new Quaterniond(n[4 * i], n[(4 * i) + 1], n[(4 * i) + 2], n[(4 * i) + 3]))
                .ToArray();
        }

        internal PairRetargeter Begin(RetargetStage stage) => new PairRetargeter(
            Fitted[0], Fitted[1], stage, _case["floor"].Real(), (bool)_case["approach"]!);

        internal static void Follow(PairRetargeter retargeter, Dictionary<string, object?> frame)
        {
            Quaterniond[] rotations = Rotations(frame["rotations_xyzw"]);
            Vector3d[] translations = Vectors(frame["translations"]);
            double[] feet = Numbers(frame["foot_contacts"]);
            var persons = new[] { new PersonPose(), new PersonPose() };
            for (int person = 0; person < persons.Length; person++)
            {
                rotations.Skip(person * WireLimits.JointCount).Take(WireLimits.JointCount).ToArray()
                    .CopyTo(persons[person].Rotations, 0);
                persons[person].Translation = translations[person];
                for (int foot = 0; foot < WireLimits.FootCount; foot++)
                {
                    persons[person].SetFootContact(foot, feet[(person * WireLimits.FootCount) + foot] != 0);
                }
            }
            ShownContact[] contacts = frame["touches"].Items().Select(touch => Contact(touch.Map())).ToArray();
            retargeter.Follow(persons, contacts, frame["dt_s"].Real());
        }

        private static ShownContact Contact(Dictionary<string, object?> touch)
        {
            (double begins, double ended) = (touch["begins_in_s"].Real(), touch["ended_since_s"].Real());
            return new ShownContact(
                (int)touch["joint_a"].Real(), (int)touch["joint_b"].Real(), begins == 0 && ended == 0, begins, ended);
        }

        private static FittedRig Fit(Dictionary<string, object?> person)
        {
            var rig = new Rig(
                person["bones"].Items().Select(name => (string)name!),
                person["parents"].Items().Select(parent => (int)parent.Real()),
                Rotations(person["bind_rotations_xyzw"]),
                Vectors(person["bind_positions"]),
                person["floor_height"].Real());
            var map = new RigMap(person["map"].Map().ToDictionary(pair => pair.Key, pair => (string)pair.Value!));
            return new FittedRig(rig, map, Vectors(person["rest_joints"]));
        }
    }
}
