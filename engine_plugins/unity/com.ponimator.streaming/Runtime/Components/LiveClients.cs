using System.Collections.Generic;
using Ponimator.Core;
using UnityEngine;

namespace Ponimator.Streaming
{
    /// <summary>Every connection that runs, so that none survives Play, a recompilation or a second Play.</summary>
    /// <remarks>The only static state of the package; it is empty whenever a Play begins.</remarks>
    internal static class LiveClients
    {
        private static readonly List<StreamClient> _running = new List<StreamClient>();

        internal static int Count => _running.Count;

        internal static void Add(StreamClient client) => _running.Add(client);

        /// <summary>Ends one; takes less than a second.</summary>
        internal static void Stop(StreamClient client)
        {
            _running.Remove(client);
            client.Dispose();
        }

        // With domain reload off, statics live on: whatever an earlier Play left behind ends here.
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void StopAll()
        {
            foreach (StreamClient client in _running)
            {
                client.Dispose();
            }
            _running.Clear();
#if UNITY_EDITOR
            // A recompilation during Play would tear the assembly away under a running thread.
            UnityEditor.AssemblyReloadEvents.beforeAssemblyReload -= StopAll;
            UnityEditor.AssemblyReloadEvents.beforeAssemblyReload += StopAll;
#endif
        }
    }
}
