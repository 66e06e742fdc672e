using System;
using System.Collections.Generic;
using System.Linq;
using Ponimator.Core;
using Ponimator.Core.Tests;
using UnityEngine;

namespace Ponimator.Streaming.Tests
{
    /// <summary>Two characters, the golden handshake, and a play session to show it in.</summary>
    internal static class Stage
    {
        /// <summary>All that Unity would look through for its messages.</summary>
        internal static void Play() => PlayerLoop.Play(typeof(PonimatorClient).Assembly);

        internal static Dictionary<string, object> Case() =>
            Golden.Json("retarget.json")["cases"].Items()[0].Map();

        /// <summary>The 55 joints of a person's body at rest, m.</summary>
        internal static Vector3d[] RestJoints(int person) =>
            RetargetGolden.Vectors(Case()["persons"].Items()[person].Map()["rest_joints"]);

        internal static FittedRig Fit(PonimatorCharacter character, int person) =>
            new FittedRig(character.Rig.Rig, character.Rig.Map, RestJoints(person));

        /// <summary>What is farthest from where the retargeter says, in metres and degrees.</summary>
        internal static (float Metres, float Degrees) Farthest(PonimatorCharacter character, PosedRig posed)
        {
            (float metres, float degrees) = (0, 0);
            foreach (int bone in character.Rig.Map.Indices(character.Rig.Rig).Values)
            {
                Transform there = character.Rig.Bones[bone];
                float away = Vector3.Distance(there.position, UnityFrames.FromCanonical(posed.Position(bone)));
                float turned = Quaternion.Angle(there.rotation, UnityFrames.FromCanonical(posed.Rotation(bone)));
                (metres, degrees) = (Math.Max(metres, away), Math.Max(degrees, turned));
            }
            return (metres, degrees);
        }

        internal static Transform Bone(PonimatorCharacter character, string joint) =>
            character.Rig.Bones[character.Rig.Rig.IndexOf(character.Rig.Map.Bones[joint])];

        internal static Quaternion[] Turns(PonimatorCharacter character) =>
            character.Rig.Bones.Select(bone => bone.localRotation).ToArray();

        internal static float WidestTurn(Quaternion[] a, Quaternion[] b) =>
            a.Select((turn, i) => Quaternion.Angle(turn, b[i])).Max();
    }
}
