using Ponimator.Core;
using UnityEditor;

namespace Ponimator.Streaming.Editor
{
    /// <summary>Project Settings ▸ Ponimator: whether libzmq is there, and the endpoint for new components.</summary>
    internal static class PonimatorSettings
    {
        [SettingsProvider]
        private static SettingsProvider Provide() => new SettingsProvider("Project/Ponimator", SettingsScope.Project)
        {
            label = "Ponimator",
            guiHandler = _ => Draw(),
            keywords = new[] { "ponimator", "server", "libzmq", "streaming" },
        };

        private static void Draw()
        {
            EditorGUILayout.LabelField("Protocol", Protocol.Number.ToString());
            string before = EditorUserSettings.GetConfigValue(PonimatorClient.EndpointSetting);
            before = string.IsNullOrEmpty(before) ? Protocol.DefaultControlEndpoint : before;
            string endpoint = EditorGUILayout.TextField("Endpoint of new clients", before);
            if (endpoint != before)
            {
                EditorUserSettings.SetConfigValue(PonimatorClient.EndpointSetting, endpoint);
            }
#if PONIMATOR_NETMQ
            EditorGUILayout.HelpBox("NetMQ carries everything (PONIMATOR_NETMQ is defined).", MessageType.Info);
        }
#else
            string wrong = WhyNoLibrary();
            EditorGUILayout.HelpBox(wrong ?? "libzmq is there.", wrong == null ? MessageType.Info : MessageType.Error);
        }

        /// <summary>Why libzmq cannot be used; null where it can.</summary>
        private static string WhyNoLibrary()
        {
            try
            {
                new LibZmqTransport().Dispose();
                return null;
            }
            catch (TransportException error)
            {
                return error.Message;
            }
        }
#endif
    }
}
