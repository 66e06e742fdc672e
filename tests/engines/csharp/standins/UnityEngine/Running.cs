// The running game: time, the log, keys, assets and events.
using System.Collections.Generic;
using System.Linq;

namespace UnityEngine
{
    public static class Time
    {
        public static float time { get; internal set; }
        public static float deltaTime { get; internal set; }
        public static float unscaledDeltaTime { get; internal set; }
    }

    public static class Application
    {
        public static bool isPlaying { get; set; }
        public static string streamingAssetsPath { get; set; } = "";
        public static string productName { get; set; } = "Test";
    }

    public static class Debug
    {
        /// <summary>What was said, for the tests: "Warning: …".</summary>
        public static List<string> Said { get; } = new List<string>();

        public static void Log(object message, Object context = null) => Said.Add($"Log: {message}");
        public static void LogWarning(object message, Object context = null) => Said.Add($"Warning: {message}");
        public static void LogError(object message, Object context = null) => Said.Add($"Error: {message}");
    }

    public enum KeyCode
    {
        None,
        C,
        H,
        Space,
    }

    public enum EventType
    {
        MouseDown,
        KeyDown,
        Repaint,
    }

    public sealed class Event
    {
        /// <summary>The tests' finger.</summary>
        public static Event current { get; set; } = new Event();

        public EventType type { get; set; } = EventType.Repaint;
        public KeyCode keyCode { get; set; }
    }

    public struct Rect
    {
        public Rect(float x, float y, float width, float height)
        {
        }
    }

    public static class GUI
    {
        /// <summary>What was drawn, for the tests.</summary>
        public static List<string> Drawn { get; } = new List<string>();

        public static bool enabled { get; set; } = true;

        public static void Label(Rect position, string text) => Drawn.Add(text);
    }

    public static class Resources
    {
        /// <summary>What a project has in its folders called Resources, for the tests.</summary>
        public static Dictionary<string, Object> Held { get; } = new Dictionary<string, Object>();

        public static T Load<T>(string path)
            where T : Object => Held.TryGetValue(path, out Object found) ? found as T : null;

        public static T[] LoadAll<T>(string path)
            where T : Object => Held.Where(one => one.Key.StartsWith(path + "/")).Select(one => one.Value).OfType<T>().ToArray();
    }

    public class TextAsset : Object
    {
        public TextAsset(string text)
        {
            this.text = text;
        }

        public string text { get; }
    }
}

namespace UnityEngine.Events
{
    public delegate void UnityAction();

    public delegate void UnityAction<T0>(T0 arg0);

    public class UnityEvent
    {
        private event UnityAction Called;

        public void AddListener(UnityAction call) => Called += call;
        public void RemoveListener(UnityAction call) => Called -= call;
        public void Invoke() => Called?.Invoke();
    }

    public class UnityEvent<T0>
    {
        private event UnityAction<T0> Called;

        public void AddListener(UnityAction<T0> call) => Called += call;
        public void RemoveListener(UnityAction<T0> call) => Called -= call;
        public void Invoke(T0 arg0) => Called?.Invoke(arg0);
    }
}
