using System;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>What a trigger says: what they do, how long, and what the server is told of them.</summary>
    [Serializable]
    public sealed class PonimatorTerms
    {
        [SerializeField, TextArea]
        [Tooltip("What they do")]
        private string text = "two people shake hands";

        [SerializeField, Tooltip("What the server is told of the characters")]
        private GivenToServer given = GivenToServer.Roots;

        [SerializeField, Min(0)]
        [Tooltip("How long it lasts, seconds; 0: until it is cancelled")]
        private float duration = 6;

        [SerializeField, Min(0)]
        [Tooltip("Diffusion steps; 0: the profile's")]
        private int steps;

        [SerializeField, Tooltip("The same seed makes the same motion; -1: another one each time")]
        private long seed = -1;

        /// <summary>What they do.</summary>
        public string Text
        {
            get => text;
            set => text = value;
        }

        /// <summary>What the server is told of the characters.</summary>
        public GivenToServer Given
        {
            get => given;
            set => given = value;
        }

        /// <summary>How long it lasts, seconds; 0: until it is cancelled.</summary>
        public float Duration
        {
            get => duration;
            set => duration = value;
        }

        /// <summary>Diffusion steps; 0: the profile's.</summary>
        public int Steps
        {
            get => steps;
            set => steps = value;
        }

        /// <summary>The same seed makes the same motion; −1: another one each time.</summary>
        public long Seed
        {
            get => seed;
            set => seed = value;
        }

        internal InteractRequest Request(string what, Subject[] subjects) => new InteractRequest(subjects[0], subjects[1])
        {
            Text = what,
            DurationS = duration > 0 ? duration : (double?)null,
            Seed = seed >= 0 ? seed : (long?)null,
            Steps = steps > 0 ? steps : (int?)null,
        };
    }
}
