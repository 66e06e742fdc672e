// The editor's types that the inspectors use; buttons and fields answer what a test lays down.
using System;
using System.Collections.Generic;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEngine
{
    public sealed class GUILayoutOption
    {
    }

    public sealed class GUIContent
    {
        public GUIContent(string text, string tooltip = "")
        {
            this.text = text;
            this.tooltip = tooltip;
        }

        public string text { get; }
        public string tooltip { get; }
    }

    public static class GUILayout
    {
        /// <summary>The button that a test presses next.</summary>
        public static string Pressed { get; set; }

        public static bool Button(string text, params GUILayoutOption[] options)
        {
            UnityEditor.EditorGUILayout.Drawn.Add(text);
            return GUI.enabled && text == Pressed;
        }
    }
}

namespace UnityEditor
{
    public class Editor : ScriptableObject
    {
        public Object target { get; set; }

        public SerializedObject serializedObject { get; } = new SerializedObject();

        public virtual void OnInspectorGUI() => DrawDefaultInspector();

        public virtual bool RequiresConstantRepaint() => false;

        public bool DrawDefaultInspector() => false;
    }

    public sealed class SerializedObject
    {
    }

    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
            InspectedType = inspectedType;
        }

        public Type InspectedType { get; }
    }

    public enum MessageType
    {
        None,
        Info,
        Warning,
        Error,
    }

    public static class EditorGUILayout
    {
        /// <summary>What was drawn, for the tests.</summary>
        public static List<string> Drawn { get; } = new List<string>();

        public static void LabelField(string label, params GUILayoutOption[] options) => Drawn.Add(label);
        public static void LabelField(string label, string text, params GUILayoutOption[] options) => Drawn.Add($"{label}: {text}");
        public static void HelpBox(string message, MessageType type) => Drawn.Add($"{type}: {message}");
        public static void Space() => Drawn.Add("");

        public static string TextField(string label, string text, params GUILayoutOption[] options)
        {
            Drawn.Add($"{label}: {text}");
            return text;
        }
    }

    public static class EditorUtility
    {
        /// <summary>The file that a test saves to.</summary>
        public static string Saved { get; set; } = "";

        public static string SaveFilePanelInProject(string title, string name, string extension, string message) => Saved;

        public static void SetDirty(Object target)
        {
        }
    }

    public static class EditorUserSettings
    {
        private static readonly Dictionary<string, string> _values = new Dictionary<string, string>();

        public static string GetConfigValue(string name) => _values.TryGetValue(name, out string value) ? value : "";

        public static void SetConfigValue(string name, string value) => _values[name] = value;
    }

    public static class Undo
    {
        public static void RecordObject(Object target, string name)
        {
        }
    }

    public static class AssetDatabase
    {
        public static void ImportAsset(string path)
        {
        }

        public static T LoadAssetAtPath<T>(string path)
            where T : Object =>
            typeof(T) == typeof(TextAsset) ? (T)(Object)new TextAsset(System.IO.File.ReadAllText(path)) : null;
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        /// <summary>The tests' recompilation.</summary>
        public static void Reload() => beforeAssemblyReload?.Invoke();
    }

    public enum SettingsScope
    {
        User,
        Project,
    }

    public class SettingsProvider
    {
        public SettingsProvider(string path, SettingsScope scopes)
        {
            settingsPath = path;
            scope = scopes;
        }

        public string settingsPath { get; }
        public SettingsScope scope { get; }
        public string label { get; set; }
        public Action<string> guiHandler { get; set; }
        public IEnumerable<string> keywords { get; set; }
    }

    public sealed class SettingsProviderAttribute : Attribute
    {
    }
}
