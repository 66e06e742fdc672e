using System.Collections.Generic;
using System.IO;
using Ponimator.Core;
using UnityEditor;
using UnityEngine;

namespace Ponimator.Streaming.Editor
{
    /// <summary>The inspector of a character: which bone is which joint, and a map to save and correct.</summary>
    [CustomEditor(typeof(PonimatorCharacter))]
    public sealed class PonimatorCharacterEditor : UnityEditor.Editor
    {
        private string _told = "";
        private bool _isWrong;

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            EditorGUILayout.Space();
            var character = (PonimatorCharacter)target;
            if (GUILayout.Button("Show the map"))
            {
                Tell(character, Describe);
            }
            if (GUILayout.Button("Propose a map and save it"))
            {
                Tell(character, Save);
            }
            if (_told.Length > 0)
            {
                EditorGUILayout.HelpBox(_told, _isWrong ? MessageType.Error : MessageType.Info);
            }
            if (Application.isPlaying)
            {
                EditorGUILayout.LabelField("Weight", character.Weight.ToString("0.00"));
            }
        }

        private void Tell(PonimatorCharacter character, System.Func<PonimatorCharacter, string> what)
        {
            try
            {
                _told = what(character);
                _isWrong = false;
            }
            catch (RigException error)
            {
                _told = error.Message;
                _isWrong = true;
            }
        }

        private static string Describe(PonimatorCharacter character)
        {
            character.ReadRig();
            RigMap map = character.Rig.Map;
            map.Indices(character.Rig.Rig);
            return $"{map.Bones.Count} of {BodyJoints.Names.Count} joints, {character.Rig.Source}:\n{map.ToText()}";
        }

        private static string Save(PonimatorCharacter character)
        {
            PonimatorRigMap bones = PonimatorRigMap.Of(
                character.transform, character.GetComponentInChildren<Animator>(), null, 0);
            IReadOnlyList<string> missing = PonimatorRigMap.Propose(bones.Rig).Missing;
            string path = EditorUtility.SaveFilePanelInProject(
                "Save the map", character.name + "-rig", "txt", "Lines of joint = \"bone\"");
            if (string.IsNullOrEmpty(path))
            {
                return "Not saved.";
            }
            File.WriteAllText(path, bones.Map.ToText());
            AssetDatabase.ImportAsset(path);
            Undo.RecordObject(character, "Rig map");
            character.RigMapAsset = AssetDatabase.LoadAssetAtPath<TextAsset>(path);
            EditorUtility.SetDirty(character);
            return missing.Count == 0 ? "Saved; every joint has a bone." : "Saved. Not found:\n" + string.Join("\n", missing);
        }
    }
}
