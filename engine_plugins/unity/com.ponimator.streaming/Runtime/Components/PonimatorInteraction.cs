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
        [SerializeField, Tooltip("Where the server is")]
        private PonimatorClient client;

        [SerializeField]
        private PonimatorCharacter first;

        [SerializeField]
        private PonimatorCharacter second;

        [SerializeField]
        private PonimatorTerms terms = new PonimatorTerms();

        [SerializeField, Tooltip("How much retargeting does: the body, feet that stand, hands that meet")]
        private RetargetStage stage = RetargetStage.Hands;

        [SerializeField, Tooltip("Whether they return to their own animation when it has ended")]
        private bool returnsAtTheEnd = true;

        [SerializeField]
        private PonimatorEvents events = new PonimatorEvents();

        private readonly Shown _shown = new Shown();
        private StreamClient _session;
        private PairOnStage _pair;
        private string _wanted;
        private InteractionAccepted _current;
        private bool _isOnStage;

        /// <summary>What becomes of it.</summary>
        public PonimatorEvents Events => events;

        /// <summary>Whether the characters show it.</summary>
        public bool IsOnStage => _isOnStage;

        /// <summary>What happened last, in words.</summary>
        public string Condition { get; private set; } = "off";

        /// <summary>How well the motion comes; null without a session.</summary>
        public PlayoutCounters Counters => _session?.Counters;

        /// <summary>Which of the playout's four cases is shown.</summary>
        public PlayoutState PlayoutState => _shown.State;

        /// <summary>What a trigger says.</summary>
        public PonimatorTerms Terms => terms;

        /// <summary>Says who takes part; before the component is enabled, for a scene made by a script.</summary>
        public void SetUp(PonimatorClient client, PonimatorCharacter first, PonimatorCharacter second)
        {
            (this.client, this.first, this.second) = (client, first, second);
        }

        /// <summary>Begins the interaction of the inspector.</summary>
        public void Trigger() => Trigger(terms.Text);

        /// <summary>Begins an interaction; what plays goes over into it. Events say what becomes of it.</summary>
        /// <param name="text">What they do.</param>
        public void Trigger(string text)
        {
            _wanted = text;
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
                    events.Accepted.Invoke();
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
                    events.Playing.Invoke();
                    break;
                case InteractionState.Late:
                    events.Late.Invoke(status.Message);
                    break;
                case InteractionState.Finished:
                    End(events.Finished);
                    break;
                case InteractionState.Cancelled:
                    End(events.Cancelled);
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
            string what = _wanted;
            _wanted = null;
            try
            {
                _session.Interact(terms.Request(what, _pair.Subjects(terms.Given)));
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
            events.Failed.Invoke(why);
        }
    }
}
