using System;
using Ponimator.Core;
using UnityEngine;
using UnityEngine.Events;

namespace Ponimator.Streaming
{
    /// <summary>Two characters and what they do together: the trigger, and what becomes of it.</summary>
    [AddComponentMenu("Ponimator/Ponimator Interaction")]
    [DefaultExecutionOrder(100)]
    public sealed class PonimatorInteraction : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Where the server is")]
        private PonimatorClient client;

        [SerializeField]
        private PonimatorCharacter first;

        [SerializeField]
        private PonimatorCharacter second;

        [SerializeField]
        [TextArea]
        [Tooltip("What they do")]
        private string text = "two people shake hands";

        [SerializeField]
        [Tooltip("What the server is told of the characters")]
        private GivenToServer given = GivenToServer.Roots;

        [SerializeField]
        [Min(0)]
        [Tooltip("How long it lasts, seconds; 0: until it is cancelled")]
        private float duration = 6;

        [SerializeField]
        [Min(0)]
        [Tooltip("Diffusion steps; 0: the profile's")]
        private int steps;

        [SerializeField]
        [Tooltip("The same seed makes the same motion; -1: another one each time")]
        private long seed = -1;

        [SerializeField]
        [Tooltip("How much retargeting does: the body, feet that stand, hands that meet")]
        private RetargetStage stage = RetargetStage.Hands;

        [SerializeField]
        [Tooltip("Whether they return to their own animation when it has ended")]
        private bool returnsAtTheEnd = true;

        [Header("Events")]
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

        private readonly Shown _shown = new Shown();
        private Core.PonimatorClient _session;
        private PairOnStage _pair;
        private InteractRequest _wanted;
        private InteractionAccepted _current;
        private bool _isOnStage;

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

        /// <summary>Whether the characters show it.</summary>
        public bool IsOnStage => _isOnStage;

        /// <summary>What happened last, in words.</summary>
        public string Condition { get; private set; } = "off";

        /// <summary>How well the motion comes; null without a session.</summary>
        public PlayoutCounters Counters => _session?.Counters;

        /// <summary>Which of the playout's four cases is shown.</summary>
        public PlayoutState PlayoutState => _shown.State;

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

        /// <summary>Says who takes part; before the component is enabled, for a scene made by a script.</summary>
        public void SetUp(PonimatorClient client, PonimatorCharacter first, PonimatorCharacter second)
        {
            (this.client, this.first, this.second) = (client, first, second);
        }

        /// <summary>Begins the interaction of the inspector.</summary>
        public void Trigger() => Trigger(text);

        /// <summary>Begins an interaction; what plays goes over into it. Events say what becomes of it.</summary>
        /// <param name="text">What they do.</param>
        public void Trigger(string text)
        {
            _wanted = new InteractRequest
            {
                Text = text,
                DurationS = duration > 0 ? duration : (double?)null,
                Seed = seed >= 0 ? seed : (long?)null,
                Steps = steps > 0 ? steps : (int?)null,
            };
            SendWanted();
        }

        /// <summary>Ends what plays.</summary>
        public void Cancel()
        {
            _wanted = null;
            _session?.Cancel(new CancelRequest());
        }

        private void OnDisable()
        {
            if (_session != null && client != null)
            {
                client.Close(_session);
            }
            Leave("off");
            _session = null;
            _pair = null;
            _wanted = null;
        }

        private void Update()
        {
            KeepSession();
            for (ClientEvent news = _session?.TakeEvent(); news != null; news = _session?.TakeEvent())
            {
                Hear(news);
            }
        }

        private void LateUpdate()
        {
            if (_session == null || _pair == null)
            {
                return;
            }
            _session.Show(_shown);
            bool isDue = _current != null && _shown.Place >= _current.ApplyFrame;
            if (_shown.State != PlayoutState.Waiting && isDue && !_isOnStage)
            {
                _pair.Enter(stage);
                _isOnStage = true;
            }
            if (_isOnStage && _shown.State != PlayoutState.Waiting)
            {
                _pair.Show(_shown, Time.unscaledDeltaTime);
            }
        }

        /// <summary>Opens a session where there is none, as soon as there is who and where.</summary>
        private void KeepSession()
        {
            if (_session != null && client != null && client.Has(_session))
            {
                return;
            }
            if (_session != null)
            {
                Leave("the client was switched off");
                _session = null;
                _pair = null;
            }
            bool areThere = first != null && first.Rig != null && second != null && second.Rig != null;
            if (!areThere || client == null || !client.isActiveAndEnabled)
            {
                Condition = "waits for a client and two characters with rigs";
                return;
            }
            try
            {
                _session = client.Open(first, second);
                Condition = "connecting";
            }
            catch (PonimatorException error)
            {
                Fail(error.Message);
                enabled = false;
            }
        }

        private void Hear(ClientEvent news)
        {
            switch (news)
            {
                case SessionOpenedEvent opened:
                    Meet(opened.Opened.Skeleton);
                    break;
                case AcceptedEvent planned:
                    _current = planned.Reply;
                    Condition = "accepted";
                    accepted.Invoke();
                    break;
                case StateEvent change when IsCurrent(change.Status):
                    Hear(change.Status);
                    break;
                case RefusedEvent refused when refused.Request is InteractRequest:
                    Fail(refused.Message);
                    break;
                case InteractionLostEvent lost:
                    Leave(lost.Message);
                    Fail(lost.Message);
                    break;
                case EndedEvent ended:
                    Leave(ended.Message);
                    Fail(ended.Message);
                    break;
                case LostEvent lost:
                    Condition = lost.Message;
                    break;
                case BadMessageEvent bad:
                    Debug.LogWarning(bad.Message, this);
                    break;
            }
        }

        private bool IsCurrent(Status status) =>
            status.Steps == null && (status.Interaction == null || status.Interaction == _current?.Interaction);

        private void Hear(Status status)
        {
            Condition = WireWords.Of(status.State);
            switch (status.State)
            {
                case InteractionState.Playing:
                    playing.Invoke();
                    break;
                case InteractionState.Late:
                    late.Invoke(status.Message);
                    break;
                case InteractionState.Finished:
                    End(finished);
                    break;
                case InteractionState.Cancelled:
                    End(cancelled);
                    break;
                case InteractionState.Failed:
                    End(null);
                    Fail(status.Message);
                    break;
            }
        }

        private void Meet(Skeleton skeleton)
        {
            try
            {
                _pair = new PairOnStage(first, second, skeleton);
                _isOnStage = false;
                Condition = "ready";
                SendWanted();
            }
            catch (RigException error)
            {
                Fail(error.Message);
            }
        }

        private void SendWanted()
        {
            // Poses can be told only when the session's bodies are known; until then the trigger waits.
            if (_wanted == null || _pair == null)
            {
                return;
            }
            InteractRequest wanted = _wanted;
            _wanted = null;
            try
            {
                Subject[] subjects = _pair.Subjects(given);
                _session.Interact(new InteractRequest(subjects[0], subjects[1])
                {
                    Text = wanted.Text,
                    DurationS = wanted.DurationS,
                    Seed = wanted.Seed,
                    Steps = wanted.Steps,
                });
            }
            catch (BadRequestException error)
            {
                Fail(error.Message);
            }
        }

        private void End(UnityEvent said)
        {
            _current = null;
            _isOnStage = _isOnStage && !returnsAtTheEnd;
            said?.Invoke();
        }

        private void Leave(string why)
        {
            _current = null;
            _isOnStage = false;
            Condition = why;
        }

        private void Fail(string why)
        {
            Condition = why;
            Debug.LogWarning($"{name}: {why}", this);
            failed.Invoke(why);
        }
    }
}
