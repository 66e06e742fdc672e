using System;
using UnityEngine;
using UnityEngine.Events;

namespace Ponimator.Streaming
{
    /// <summary>What becomes of an interaction, for the inspector and for scripts.</summary>
    [Serializable]
    public sealed class PonimatorEvents
    {
        [SerializeField]
        private UnityEvent accepted = new UnityEvent();

        [SerializeField]
        private UnityEvent playing = new UnityEvent();

        [SerializeField]
        private UnityEvent finished = new UnityEvent();

        [SerializeField]
        private UnityEvent cancelled = new UnityEvent();

        [SerializeField]
        private UnityEvent<string> late = new UnityEvent<string>();

        [SerializeField]
        private UnityEvent<string> failed = new UnityEvent<string>();

        /// <summary>It is planned.</summary>
        public UnityEvent Accepted => accepted;

        /// <summary>Its first frame shows.</summary>
        public UnityEvent Playing => playing;

        /// <summary>It has ended by itself.</summary>
        public UnityEvent Finished => finished;

        /// <summary>It was ended.</summary>
        public UnityEvent Cancelled => cancelled;

        /// <summary>The server is too slow now: the motion slows down and goes on; why.</summary>
        public UnityEvent<string> Late => late;

        /// <summary>It cannot be made, or was lost; why, and what to do.</summary>
        public UnityEvent<string> Failed => failed;
    }
}
