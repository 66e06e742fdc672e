#nullable enable

using System;
using System.Collections.Generic;

namespace Ponimator.Core
{
    /// <summary>Feet at their places and hands at their goals, spines and hips helping where arms are too short.</summary>
    internal sealed class HandHelp
    {
        private const int Persons = WireLimits.PersonCount;
        private const int Passes = 6;

        /// <summary>The spine bends by less than this to help a hand.</summary>
        private const double LeanRad = 0.6;

        /// <summary>The hips go along the ground by less than this share of a leg to help a hand; the feet stay.</summary>
        private const double ShiftShare = 0.2;

        /// <summary>The hips go down by less than this share of a leg.</summary>
        private const double CrouchShare = 0.35;

        /// <summary>A hand keeps its direction in the world, but turns by less than this in its wrist for it.</summary>
        private const double WristRad = 1.3;

        /// <summary>Of what a hand lacks to a body the partner makes this share: one bends down to be reached.</summary>
        private const double PartnerShare = 0.5;
        private const double LeastLeverM = 0.1;
        private static readonly Vector3d ElbowGuide = new Vector3d(0, 0, 1);

        private readonly PosedRig[] _bodies;
        private readonly FootPlace[][] _places;
        private readonly PosedRig[] _waiting;
        private readonly HandGoals _goals;

        // How each body helps: lean of the spine (a rotation vector) and way of the hips.
        private readonly Vector3d[] _leans = new Vector3d[Persons];
        private readonly Vector3d[] _moves = new Vector3d[Persons];
        private readonly Wishes[] _wishes = { new Wishes(), new Wishes() };

        internal HandHelp(PosedRig[] bodies, FootPlace[][] places, SourceBody[] sources)
        {
            _bodies = bodies;
            _places = places;
            _waiting = new[] { new PosedRig(bodies[0].Fitted), new PosedRig(bodies[1].Fitted) };
            Posed = new[] { new PosedRig(bodies[0].Fitted), new PosedRig(bodies[1].Fitted) };
            _goals = new HandGoals(sources);
        }

        /// <summary>Both bodies, solved.</summary>
        internal PosedRig[] Posed { get; }

        internal HandGoal Goal(int person, int side) => _goals.Goal(person, side);

        internal void Solve(SortedDictionary<(int A, int B), double> weights)
        {
            var shares = new double[Persons];
            for (int person = 0; person < Persons; person++)
            {
                _leans[person] = _moves[person] = Vector3d.Zero;
            }
            // First as if all hands touched by now: how much help that needs, and where everything is then.
            for (int pass = 0; pass < Passes && weights.Count > 0; pass++)
            {
                Touch(weights, isFirst: pass == 0, new[] { 1.0, 1.0 }, isWhole: true);
                for (int person = 0; person < Persons; person++)
                {
                    shares[person] = _wishes[person].Most;
                    _leans[person] += _wishes[person].Lean;
                    _moves[person] += _wishes[person].Move;
                }
            }
            // Then as much of it as the contacts count by now.
            Touch(weights, isFirst: weights.Count == 0, shares, isWhole: false);
        }

        /// <summary>Both stand, then all hands go to their goals: wholly, or as far as their contacts count.</summary>
        private void Touch(
            SortedDictionary<(int A, int B), double> weights, bool isFirst, double[] shares, bool isWhole)
        {
            for (int person = 0; person < Persons; person++)
            {
                Stand(person, shares[person]);
            }
            _goals.Find(_waiting, isFirst ? _waiting : Posed, weights);
            for (int person = 0; person < Persons; person++)
            {
                Posed[person].CopyFrom(_waiting[person]);
                _wishes[person].Clear();
            }
            for (int hand = 0; hand < 2 * Persons; hand++)
            {
                (int person, int side) = (hand / 2, hand % 2);
                HandGoal goal = _goals.Goal(person, side);
                if (goal.Weight > 0)
                {
                    Vector3d lacking = Reach(person, side, goal.Place, isWhole ? 1 : goal.Weight);
                    double toPartner = PartnerShare * goal.OnBody;
                    Vector3d shoulder = _waiting[person].Joint(Joint.Arm(side).Root);
                    Wish(person, goal.Weight, shoulder, (1 - toPartner) * lacking);
                    Wish(1 - person, goal.Weight * goal.OnBody, goal.Place, -toPartner * lacking);
                }
            }
        }

        /// <summary>A point of a body ought to go some way.</summary>
        private void Wish(int person, double weight, Vector3d point, Vector3d way)
        {
            PosedRig posed = _waiting[person];
            int spine = posed.Fitted.BoneOf(Joint.Spine[0]);
            Vector3d lever = point - (spine >= 0 ? posed.Position(spine) : posed.Joint(Joint.Pelvis));
            double squared = Math.Max(Vector3d.Dot(lever, lever), LeastLeverM * LeastLeverM);
            _wishes[person].Add(weight, Vector3d.Cross(lever, way) / squared, way);
        }

        private void Stand(int person, double share)
        {
            PosedRig posed = _waiting[person];
            FittedRig fitted = posed.Fitted;
            posed.CopyFrom(_bodies[person]);
            double leg = fitted.LegScale * fitted.SourceLegLength;
            Vector3d move = _moves[person];
            // No body grows: hands that are asked up get no help from the hips.
            var down = new Vector3d(0, Math.Min(move.Y, 0), 0);
            posed.Shift(share * (
                Turning.SoftlyLimited(new Vector3d(move.X, 0, move.Z), ShiftShare * leg)
                + Turning.SoftlyLimited(down, CrouchShare * leg)));
            Feet.Stand(posed, _places[person]);
            int count = 0;
            foreach (int joint in Joint.Spine)
            {
                count += fitted.BoneOf(joint) >= 0 ? 1 : 0;
            }
            Vector3d lean = Turning.SoftlyLimited(_leans[person], LeanRad) * (share / Math.Max(count, 1));
            foreach (int joint in Joint.Spine)
            {
                if (fitted.BoneOf(joint) >= 0)
                {
                    posed.TurnBone(fitted.BoneOf(joint), Turning.Turn(lean));
                }
            }
        }

        /// <summary>Brings a wrist towards its goal as far as a weight says; what is lacking to that, m.</summary>
        private Vector3d Reach(int person, int side, Vector3d goal, double weight)
        {
            PosedRig posed = Posed[person];
            Limb arm = Joint.Arm(side);
            int wrist = posed.Fitted.BoneOf(arm.End);
            Vector3d front = posed.JointRotation(arm.Root) * ElbowGuide;
            Vector3d wanted = Between(posed.Joint(arm.Root), posed.Position(wrist), goal, weight, front);
            LimbReach.Reach(posed, arm, wanted, ElbowGuide);
            // The hand keeps its direction in the world as far as the wrist turns.
            Vector3d back = Turning.TurnVector(_bodies[person].Rotation(wrist) * posed.Rotation(wrist).Inverse);
            posed.TurnBone(wrist, Turning.Turn(Turning.SoftlyLimited(back, WristRad)));
            return wanted - posed.Position(wrist);
        }

        /// <summary>A place on the way of a hand to its goal, m; around the shoulder, in front where the way is long.</summary>
        private static Vector3d Between(Vector3d shoulder, Vector3d now, Vector3d goal, double weight, Vector3d front)
        {
            (Vector3d start, Vector3d stop) = (now - shoulder, goal - shoulder);
            double length = ((1 - weight) * start.Length) + (weight * stop.Length);
            (start, stop) = (Turning.Unit(start), Turning.Unit(stop));
            double bulge = 2 * weight * (1 - weight) * (1 - Vector3d.Dot(start, stop));
            return shoulder + (length * Turning.Unit(((1 - weight) * start) + (weight * stop) + (bulge * front)));
        }

        /// <summary>What would help the hands that a body has, or that touch it: the mean by weight.</summary>
        private sealed class Wishes
        {
            private double _total;
            private Vector3d _lean;
            private Vector3d _move;

            internal double Most { get; private set; }

            internal Vector3d Lean => _lean / Math.Max(_total, Turning.Tiny);

            internal Vector3d Move => _move / Math.Max(_total, Turning.Tiny);

            internal void Clear()
            {
                _total = Most = 0;
                _lean = _move = Vector3d.Zero;
            }

            internal void Add(double weight, Vector3d lean, Vector3d move)
            {
                _total += weight;
                Most = Math.Max(Most, weight);
                _lean += weight * lean;
                _move += weight * move;
            }
        }
    }
}
