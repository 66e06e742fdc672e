// The tests' driver: calls what Unity calls, in Unity's order. No part of Unity.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace UnityEngine
{
    /// <summary>One play session after another; a message that a component throws is the test's.</summary>
    public static class PlayerLoop
    {
        private static readonly HashSet<MonoBehaviour> _awake = new HashSet<MonoBehaviour>();
        private static readonly HashSet<MonoBehaviour> _enabled = new HashSet<MonoBehaviour>();
        private static readonly HashSet<MonoBehaviour> _started = new HashSet<MonoBehaviour>();

        internal static List<GameObject> Objects { get; } = new List<GameObject>();

        /// <summary>Begins to play, with domain reload off: statics keep what they held.</summary>
        public static void Play(params Assembly[] scripts)
        {
            Application.isPlaying = true;
            foreach (Type type in scripts.SelectMany(assembly => assembly.GetTypes()))
            {
                foreach (MethodInfo method in type.GetMethods(_static))
                {
                    if (method.GetCustomAttribute<RuntimeInitializeOnLoadMethodAttribute>() != null)
                    {
                        method.Invoke(null, null);
                    }
                }
            }
            Settle();
        }

        /// <summary>One frame: Start, Update, the given animation, LateUpdate.</summary>
        public static void Step(float seconds, Action animation = null)
        {
            Time.deltaTime = Time.unscaledDeltaTime = seconds;
            Time.time += seconds;
            Settle();
            foreach (MonoBehaviour behaviour in Ordered())
            {
                if (_started.Add(behaviour))
                {
                    Call(behaviour, "Start");
                }
            }
            Each("Update");
            animation?.Invoke();
            Each("LateUpdate");
        }

        /// <summary>Stops playing: OnApplicationQuit, OnDisable, OnDestroy; the scene is empty afterwards.</summary>
        public static void Stop()
        {
            Each("OnApplicationQuit");
            foreach (GameObject root in Objects.Where(thing => thing.transform.parent is null).ToList())
            {
                Object.DestroyImmediate(root);
            }
            Application.isPlaying = false;
        }

        /// <summary>All components of a type.</summary>
        public static IEnumerable<T> All<T>() => Components().OfType<T>();

        /// <summary>An event of the window, as <see cref="Event.current"/> has it.</summary>
        public static void DrawGui() => Each("OnGUI");

        /// <summary>Calls Awake, OnEnable and OnDisable where they are due.</summary>
        internal static void Settle()
        {
            if (!Application.isPlaying)
            {
                return;
            }
            foreach (MonoBehaviour behaviour in Components().OfType<MonoBehaviour>().OrderBy(Order).ToList())
            {
                Settle(behaviour);
            }
        }

        internal static void Added(Component component)
        {
            if (component is MonoBehaviour behaviour)
            {
                // Unity calls Reset in the editor only.
                Call(behaviour, Application.isPlaying ? null : "Reset");
                if (Application.isPlaying)
                {
                    Settle(behaviour);
                }
            }
        }

        internal static void End(Component component)
        {
            if (component is MonoBehaviour behaviour && _awake.Remove(behaviour))
            {
                _started.Remove(behaviour);
                if (_enabled.Remove(behaviour))
                {
                    Call(behaviour, "OnDisable");
                }
                Call(behaviour, "OnDestroy");
            }
        }

        internal static IEnumerable<Component> Components() => Objects.ToList().SelectMany(thing => thing.Components.ToList());

        private const BindingFlags _static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        private static IEnumerable<MonoBehaviour> Ordered() =>
            Components().OfType<MonoBehaviour>().Where(_enabled.Contains).OrderBy(Order).ToList();

        private static int Order(MonoBehaviour behaviour) =>
            behaviour.GetType().GetCustomAttribute<DefaultExecutionOrder>()?.order ?? 0;

        private static void Settle(MonoBehaviour behaviour)
        {
            if (behaviour.gameObject.ActiveInHierarchy && _awake.Add(behaviour))
            {
                Call(behaviour, "Awake");
            }
            if (behaviour.isActiveAndEnabled && _enabled.Add(behaviour))
            {
                Call(behaviour, "OnEnable");
            }
            else if (!behaviour.isActiveAndEnabled && _enabled.Remove(behaviour))
            {
                Call(behaviour, "OnDisable");
            }
        }

        private static void Each(string message)
        {
            foreach (MonoBehaviour behaviour in Ordered())
            {
                if (_enabled.Contains(behaviour))
                {
                    Call(behaviour, message);
                }
            }
        }

        private static void Call(MonoBehaviour behaviour, string message)
        {
            const BindingFlags flags = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            MethodInfo method = message is null ? null : behaviour.GetType().GetMethod(message, flags);
            method?.Invoke(behaviour, BindingFlags.DoNotWrapExceptions, null, null, null);
        }
    }
}
