using Ponimator.Core;
using UnityEditor;
using UnityEngine;

namespace Ponimator.Streaming.Editor
{
    /// <summary>The inspector of an interaction: its trigger, and how well its motion comes.</summary>
    [CustomEditor(typeof(PonimatorInteraction))]
    public sealed class PonimatorInteractionEditor : UnityEditor.Editor
    {
        /// <summary>Counters change in every frame.</summary>
        public override bool RequiresConstantRepaint() => Application.isPlaying;

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            EditorGUILayout.Space();
            var interaction = (PonimatorInteraction)target;
            GUI.enabled = Application.isPlaying && interaction.isActiveAndEnabled;
            if (GUILayout.Button("Trigger"))
            {
                interaction.Trigger();
            }
            if (GUILayout.Button("Cancel"))
            {
                interaction.Cancel();
            }
            GUI.enabled = true;
            EditorGUILayout.LabelField("Condition", interaction.Condition);
            EditorGUILayout.LabelField("Playout", interaction.PlayoutState.ToString().ToLowerInvariant());
            if (interaction.Counters is PlayoutCounters counters)
            {
                Draw(counters);
            }
        }

        private static void Draw(PlayoutCounters now)
        {
            EditorGUILayout.LabelField("Buffered", $"{now.BufferedS:0.00} s");
            EditorGUILayout.LabelField("Delay", $"{now.DelayS * 1e3:0} ms, jitter {now.JitterS * 1e3:0.0} ms");
            EditorGUILayout.LabelField("Clock", $"{now.ClockOffsetMs:0.0} ms apart, way {now.RoundTripMs:0.0} ms");
            EditorGUILayout.LabelField(
                "Blocks", $"{now.Blocks}, {now.Doubles} doubles, {now.Gaps} gaps, {now.Resends} resends");
            EditorGUILayout.LabelField("Late", $"{now.LateFrames} frames, {now.Holds} holds of {now.HeldS:0.00} s in all");
            EditorGUILayout.LabelField("Lost", $"{now.BadMessages} bad messages, {now.Reconnections} reconnections");
        }
    }
}
