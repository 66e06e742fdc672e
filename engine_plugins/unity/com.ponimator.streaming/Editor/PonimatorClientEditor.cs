using UnityEditor;
using UnityEngine;

namespace Ponimator.Streaming.Editor
{
    /// <summary>The inspector of a client: how many sessions it has open.</summary>
    [CustomEditor(typeof(PonimatorClient))]
    public sealed class PonimatorClientEditor : UnityEditor.Editor
    {
        /// <inheritdoc/>
        public override bool RequiresConstantRepaint() => Application.isPlaying;

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            EditorGUILayout.Space();
            var client = (PonimatorClient)target;
            EditorGUILayout.LabelField("Sessions", Application.isPlaying ? client.OpenCount.ToString() : "none before Play");
            EditorGUILayout.HelpBox("Each Ponimator Interaction shows what its session does.", MessageType.Info);
        }
    }
}
