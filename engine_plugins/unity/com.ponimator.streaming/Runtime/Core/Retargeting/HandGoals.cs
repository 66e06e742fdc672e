#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>Where every touching hand has to come, and how much that counts.</summary>
    internal sealed class HandGoals
    {
        private const int Rounds = 12;
        private const double Nearest = 1e-9;

        private readonly List<Wish>[] _wishes = { new List<Wish>(), new List<Wish>(), new List<Wish>(), new List<Wish>() };
        private readonly SourceBody[] _sources;

        internal HandGoals(SourceBody[] sources)
        {
            _sources = sources;
        }

        /// <summary>Finds them.</summary>
        /// <param name="waiting">Both bodies before their arms reach: from there two hands meet.</param>
        /// <param name="posed">Both bodies as they are known best: there hands touch other parts.</param>
        /// <param name="weights">Of each pair of joints.</param>
        internal void Find(PosedRig[] waiting, PosedRig[] posed, SortedDictionary<(int A, int B), double> weights)
        {
            foreach (List<Wish> wishes in _wishes)
            {
                wishes.Clear();
            }
            foreach (KeyValuePair<(int A, int B), double> pair in weights)
            {
                int sideA = Array.IndexOf(Joint.Wrists, pair.Key.A);
                int sideB = Array.IndexOf(Joint.Wrists, pair.Key.B);
                if (sideA >= 0 && sideB >= 0)
                {
                    (Vector3d placeA, Vector3d placeB) = Meeting(waiting, sideA, sideB);
                    _wishes[sideA].Add(new Wish(placeA, pair.Value, true));
                    _wishes[2 + sideB].Add(new Wish(placeB, pair.Value, true));
                }
                else if (sideA >= 0)
                {
                    _wishes[sideA].Add(new Wish(OnBody(posed[1], 1, sideA, pair.Key.B), pair.Value, false));
                }
                else if (sideB >= 0)
                {
                    _wishes[2 + sideB].Add(new Wish(OnBody(posed[0], 0, sideB, pair.Key.A), pair.Value, false));
                }
            }
        }

        /// <summary>The goal of a hand (side 0 left, 1 right) of a person; weight 0 for none.</summary>
        /// <remarks>
        /// The mean by weight; what a hand wants of another hand goes before what it wants of other parts.
        /// </remarks>
        internal HandGoal Goal(int person, int side)
        {
            List<Wish> wishes = _wishes[(2 * person) + side];
            double ofHands = 0;
            foreach (Wish wish in wishes)
            {
                ofHands = wish.OfHand ? Math.Max(ofHands, wish.Weight) : ofHands;
            }
            (double total, double onBody, Vector3d place, double most) = (0, 0, Vector3d.Zero, 0);
            foreach (Wish wish in wishes)
            {
                double share = wish.OfHand ? wish.Weight : wish.Weight * (1 - ofHands);
                total += share;
                onBody += wish.OfHand ? 0 : share;
                place += share * wish.Place;
                most = Math.Max(most, wish.Weight);
            }
            return total > 0 ? new HandGoal(place / total, most, onBody / total) : default;
        }

        /// <summary>How far an arm reaches exactly, m.</summary>
        private static double ArmReach(PosedRig posed, Limb arm)
        {
            (Vector3d shoulder, Vector3d elbow, Vector3d wrist) =
                (posed.Joint(arm.Root), posed.Joint(arm.Middle), posed.Joint(arm.End));
            double whole = (elbow - shoulder).Length + (wrist - elbow).Length;
            return whole * LimbReach.StretchAllowed((wrist - shoulder).Length / whole);
        }

        private static Vector3d Within(Vector3d place, Vector3d centre, double radius)
        {
            Vector3d away = place - centre;
            return centre + (away * Math.Min(1, radius / Math.Max(away.Length, Nearest)));
        }

        private Vector3d OnBody(PosedRig partner, int partnerPerson, int side, int part)
        {
            while (partner.Fitted.BoneOf(part) < 0)
            {
                part = BodyJoints.Parents[part];
            }
            SourceBody touched = _sources[partnerPerson];
            Vector3d hand = _sources[1 - partnerPerson].Positions[Joint.Wrists[side]];
            Vector3d offset = touched.Rotations[part].Inverse * (hand - touched.Positions[part]);
            return partner.Joint(part) + (partner.Fitted.BodyScale * (partner.JointRotation(part) * offset));
        }

        /// <summary>Places of both wrists: what is between them shared by the arms' lengths, then drawn into reach.</summary>
        private (Vector3d A, Vector3d B) Meeting(PosedRig[] waiting, int sideA, int sideB)
        {
            (Limb armA, Limb armB) = (Joint.Arm(sideA), Joint.Arm(sideB));
            (FittedRig rigA, FittedRig rigB) = (waiting[0].Fitted, waiting[1].Fitted);
            double scale = 0.5 * (rigA.HandScales[sideA] + rigB.HandScales[sideB]);
            Vector3d between = scale * (_sources[0].Positions[armA.End] - _sources[1].Positions[armB.End]);
            (Vector3d shoulderA, Vector3d shoulderB) = (waiting[0].Joint(armA.Root), waiting[1].Joint(armB.Root));
            (Vector3d wristA, Vector3d wristB) = (waiting[0].Joint(armA.End), waiting[1].Joint(armB.End));
            (double reachA, double reachB) = (ArmReach(waiting[0], armA), ArmReach(waiting[1], armB));
            double share = rigA.ArmLength / (rigA.ArmLength + rigB.ArmLength);
            Vector3d place = wristA - (share * (wristA - wristB - between));
            for (int round = 0; round < Rounds; round++)
            {
                place = Within(place, shoulderA, reachA);
                place = Within(place, shoulderB + between, reachB);
            }
            // Where the arms do not meet the last word is shared too.
            place += share * (Within(place, shoulderA, reachA) - place);
            return (place, place - between);
        }

        private readonly struct Wish
        {
            internal Wish(Vector3d place, double weight, bool ofHand)
            {
                Place = place;
                Weight = weight;
                OfHand = ofHand;
            }

            internal Vector3d Place { get; }

            internal double Weight { get; }

            internal bool OfHand { get; }
        }
    }
}
