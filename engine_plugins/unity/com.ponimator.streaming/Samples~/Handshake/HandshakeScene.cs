using UnityEngine;

namespace Ponimator.Streaming.Samples
{
    /// <summary>Put on an empty object of an empty scene: two characters of boxes that shake hands on a key.</summary>
    /// <remarks>H shakes hands, C cancels. A server has to run: <c>ponimator serve</c>.</remarks>
    public sealed class HandshakeScene : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("The server's control endpoint")]
        private string endpoint = "tcp://127.0.0.1:7740";

        [SerializeField]
        [Tooltip("What they do")]
        private string text = "two people shake hands";

        [SerializeField]
        [Tooltip("How far apart they begin, metres")]
        private float distance = 1.2f;

        [SerializeField]
        [Tooltip("Sizes of the two; 1 is a body of 1.7 m")]
        private float firstSize = 0.85f;

        [SerializeField]
        private float secondSize = 1.1f;

        private PonimatorInteraction _interaction;

        /// <summary>The server's control endpoint; before the first frame.</summary>
        public string Endpoint
        {
            get => endpoint;
            set => endpoint = value;
        }

        /// <summary>The interaction that the keys trigger.</summary>
        public PonimatorInteraction Interaction => _interaction;

        private void Start()
        {
            Vector3 half = new Vector3(0, 0, distance / 2);
            PonimatorCharacter first = PrimitiveCharacter.Build("Ann", -half, 0, firstSize, new Color(0.9f, 0.5f, 0.3f));
            PonimatorCharacter second = PrimitiveCharacter.Build("Ben", half, 180, secondSize, new Color(0.3f, 0.6f, 0.9f));
            var connection = new GameObject("Ponimator");
            // Inactive until it is set up: the interaction begins to look for its session when it is enabled.
            connection.SetActive(false);
            var client = connection.AddComponent<PonimatorClient>();
            client.Endpoint = endpoint;
            _interaction = connection.AddComponent<PonimatorInteraction>();
            _interaction.SetUp(client, first, second);
            _interaction.Terms.Text = text;
            connection.SetActive(true);
        }

        // OnGUI's events work with the old input system and with the new one.
        private void OnGUI()
        {
            Event now = Event.current;
            if (now.type == EventType.KeyDown && now.keyCode == KeyCode.H)
            {
                _interaction.Trigger();
            }
            if (now.type == EventType.KeyDown && now.keyCode == KeyCode.C)
            {
                _interaction.Cancel();
            }
            GUI.Label(new Rect(10, 10, 600, 60), $"H: {_interaction.Terms.Text}   C: stop\n{_interaction.Condition}");
        }
    }
}
