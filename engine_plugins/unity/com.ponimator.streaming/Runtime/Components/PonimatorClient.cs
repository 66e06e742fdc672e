using System;
using System.Collections.Generic;
using System.IO;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>Where the server is, and every connection to it: each interaction has a session of its own there.</summary>
    [AddComponentMenu("Ponimator/Ponimator Client")]
    [DefaultExecutionOrder(-100)]
    public sealed class PonimatorClient : MonoBehaviour
    {
        /// <summary>The key under which the editor keeps the endpoint for new components.</summary>
        public const string EndpointSetting = "ponimator.endpoint";

        [SerializeField]
        [Tooltip("The server's control endpoint")]
        private string endpoint = Protocol.DefaultControlEndpoint;

        [SerializeField]
        [Tooltip("How sessions trade quality for time")]
        private SessionProfile profile = SessionProfile.Balanced;

        [SerializeField]
        [Range(WireLimits.MinRateHz, WireLimits.MaxRateHz)]
        [Tooltip("Frames per second of the stream; what is shown is interpolated to the display's")]
        private int rateHz = 30;

        [SerializeField]
        [Tooltip("The server's .key file, for a server with keys; from StreamingAssets unless absolute")]
        private string serverKeyFile = "";

        [SerializeField]
        [Tooltip("This client's .key_secret file, for a server with keys; from StreamingAssets unless absolute")]
        private string clientKeyFile = "";

        private readonly List<StreamClient> _open = new List<StreamClient>();

        /// <summary>The server's control endpoint; sessions opened later go there.</summary>
        public string Endpoint
        {
            get => endpoint;
            set => endpoint = value;
        }

        /// <summary>How sessions opened later trade quality for time.</summary>
        public SessionProfile Profile
        {
            get => profile;
            set => profile = value;
        }

        /// <summary>Frames per second of sessions opened later.</summary>
        public int RateHz
        {
            get => rateHz;
            set => rateHz = value;
        }

        /// <summary>Makes what carries messages; null: libzmq, or NetMQ where PONIMATOR_NETMQ is defined.</summary>
        public Func<ITransport> Transport { get; set; }

        /// <summary>Sessions that are open or looked for.</summary>
        public int OpenCount => _open.Count;

        internal IReadOnlyList<StreamClient> Sessions => _open;

        /// <summary>Opens a session for two characters; it is looked for from now on until it is closed.</summary>
        /// <exception cref="PonimatorException">No server would open it, or the keys cannot be read.</exception>
        internal StreamClient Open(PonimatorCharacter first, PonimatorCharacter second)
        {
            var options = new ClientOptions(
                new Character(first.name, first.Shape), new Character(second.name, second.Shape))
            {
                Control = endpoint,
                RateHz = rateHz,
                Profile = profile,
                Keys = serverKeyFile.Length == 0 && clientKeyFile.Length == 0
                    ? null
                    : CurveKeys.FromFiles(InAssets(serverKeyFile), InAssets(clientKeyFile)),
            };
            if (Transport != null)
            {
                options.Transport = Transport;
            }
            var opened = new StreamClient(options);
            _open.Add(opened);
            LiveClients.Add(opened);
            return opened;
        }

        internal void Close(StreamClient client)
        {
            if (_open.Remove(client))
            {
                LiveClients.Stop(client);
            }
        }

        /// <summary>Whether a session is still this component's.</summary>
        internal bool Has(StreamClient client) => _open.Contains(client);

        // Combine takes an absolute path as it is.
        private static string InAssets(string file) => Path.Combine(Application.streamingAssetsPath, file);

#if UNITY_EDITOR
        private void Reset()
        {
            string set = UnityEditor.EditorUserSettings.GetConfigValue(EndpointSetting);
            endpoint = string.IsNullOrEmpty(set) ? Protocol.DefaultControlEndpoint : set;
        }
#endif

        private void OnDisable() => CloseAll();

        private void OnApplicationQuit() => CloseAll();

        private void CloseAll()
        {
            foreach (StreamClient client in _open)
            {
                LiveClients.Stop(client);
            }
            _open.Clear();
        }
    }
}
