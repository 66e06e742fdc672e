#nullable enable

using System;
using System.Collections.Generic;
using Ponimator.Core;

/// <summary>What a player would have seen: gaps between displays, steps and turns between successive poses.</summary>
internal sealed class Measures
{
    private readonly Dictionary<PlayoutState, long> _counts = new Dictionary<PlayoutState, long>();
    private readonly Quaterniond[,] _rotations = new Quaterniond[WireLimits.PersonCount, WireLimits.JointCount];
    private readonly Vector3d[] _translations = new Vector3d[WireLimits.PersonCount];
    private bool _hasPose;
    private double? _lastS;
    private long _displayed;
    private double _longestGapS;
    private double _largestStepM;
    private double _largestTurnRad;

    internal void Take(Shown shown, double nowS)
    {
        _displayed++;
        _counts[shown.State] = Count(shown.State) + 1;
        _longestGapS = Math.Max(_longestGapS, nowS - (_lastS ?? nowS));
        _lastS = nowS;
        bool hasPose = shown.State != PlayoutState.Waiting;
        for (int person = 0; hasPose && person < WireLimits.PersonCount; person++)
        {
            TakePerson(person, shown.Persons[person]);
        }

        _hasPose = hasPose;
    }

    internal JsonLine Report(PlayoutCounters counters) => new JsonLine("report")
        .With("displayed", _displayed)
        .With("playing", Count(PlayoutState.Playing))
        .With("holding", Count(PlayoutState.Holding))
        .With("resting", Count(PlayoutState.Resting))
        .With("waiting", Count(PlayoutState.Waiting))
        .With("longest_display_gap_ms", _longestGapS * 1e3)
        .With("largest_step_m", _largestStepM)
        .With("largest_turn_rad", _largestTurnRad)
        .With("counters", new JsonLine()
            .With("blocks", counters.Blocks)
            .With("doubles", counters.Doubles)
            .With("gaps", counters.Gaps)
            .With("resends", counters.Resends)
            .With("late_frames", counters.LateFrames)
            .With("holds", counters.Holds)
            .With("held_s", counters.HeldS)
            .With("bad_messages", counters.BadMessages)
            .With("reconnections", counters.Reconnections)
            .With("delay_s", counters.DelayS)
            .With("jitter_s", counters.JitterS)
            .With("buffered_s", counters.BufferedS)
            .With("clock_offset_ms", counters.ClockOffsetMs)
            .With("round_trip_ms", counters.RoundTripMs));

    private long Count(PlayoutState state) => _counts.TryGetValue(state, out long count) ? count : 0;

    private void TakePerson(int person, PersonPose pose)
    {
        if (_hasPose)
        {
            _largestStepM = Math.Max(_largestStepM, (pose.Translation - _translations[person]).Length);
        }

        _translations[person] = pose.Translation;
        for (int joint = 0; joint < WireLimits.JointCount; joint++)
        {
            if (_hasPose)
            {
                double turnRad = Quaterniond.Angle(_rotations[person, joint], pose.Rotations[joint]);
                _largestTurnRad = Math.Max(_largestTurnRad, turnRad);
            }

            _rotations[person, joint] = pose.Rotations[joint];
        }
    }
}
