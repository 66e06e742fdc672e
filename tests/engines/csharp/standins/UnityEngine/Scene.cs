// Objects, components and their transforms, as far as the plugin uses them.
using System;
using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        public virtual string name { get; set; } = "";

        internal bool Destroyed { get; set; }

        /// <summary>Unity's: a destroyed object equals null.</summary>
        public static bool operator ==(Object a, Object b) => (a is null || a.Destroyed) ? b is null || b.Destroyed : ReferenceEquals(a, b);

        public static bool operator !=(Object a, Object b) => !(a == b);

        public static implicit operator bool(Object existing) => existing != null;

        public override bool Equals(object other) => ReferenceEquals(this, other);
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        public static void Destroy(Object thing) => DestroyImmediate(thing);

        public static void DestroyImmediate(Object thing)
        {
            switch (thing)
            {
                case GameObject gameObject:
                    gameObject.Destroy();
                    break;
                case Component component:
                    PlayerLoop.End(component);
                    component.gameObject.Remove(component);
                    component.Destroyed = true;
                    break;
                default:
                    thing.Destroyed = true;
                    break;
            }
        }

        public static T FindObjectOfType<T>()
            where T : Object
        {
            foreach (Component component in PlayerLoop.Components())
            {
                if (component is T found)
                {
                    return found;
                }
            }
            return null;
        }
    }

    public class GameObject : Object
    {
        private readonly List<Component> _components = new List<Component>();

        public GameObject(string name = "GameObject")
        {
            this.name = name;
            transform = new Transform { gameObject = this };
            _components.Add(transform);
            PlayerLoop.Objects.Add(this);
        }

        public Transform transform { get; }

        public bool activeSelf { get; private set; } = true;

        internal bool ActiveInHierarchy => activeSelf && (transform.parent is null || transform.parent.gameObject.ActiveInHierarchy);

        internal IReadOnlyList<Component> Components => _components;

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<Collider>();
            made.AddComponent<Renderer>();
            return made;
        }

        public T AddComponent<T>()
            where T : Component, new()
        {
            var added = new T { gameObject = this };
            _components.Add(added);
            PlayerLoop.Added(added);
            return added;
        }

        public T GetComponent<T>() => Find<T>(_components);

        public void SetActive(bool active)
        {
            activeSelf = active;
            PlayerLoop.Settle();
        }

        internal static T Find<T>(IEnumerable<Component> components)
        {
            foreach (Component component in components)
            {
                if (component is T found)
                {
                    return found;
                }
            }
            return default;
        }

        internal void Remove(Component component) => _components.Remove(component);

        internal void Destroy()
        {
            foreach (Transform child in new List<Transform>(transform.Children))
            {
                child.gameObject.Destroy();
            }
            foreach (Component component in _components)
            {
                PlayerLoop.End(component);
                component.Destroyed = true;
            }
            transform.SetParent(null);
            PlayerLoop.Objects.Remove(this);
            Destroyed = true;
        }
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }
        public Transform transform => gameObject.transform;
        public override string name
        {
            get => gameObject.name;
            set => gameObject.name = value;
        }

        public T GetComponent<T>() => gameObject.GetComponent<T>();

        public T GetComponentInChildren<T>()
        {
            T found = GetComponent<T>();
            for (int i = 0; found == null && i < transform.childCount; i++)
            {
                found = transform.GetChild(i).GetComponentInChildren<T>();
            }
            return found;
        }
    }

    public class Behaviour : Component
    {
        private bool _enabled = true;

        public bool enabled
        {
            get => _enabled;
            set
            {
                _enabled = value;
                PlayerLoop.Settle();
            }
        }

        public bool isActiveAndEnabled => _enabled && gameObject.ActiveInHierarchy;
    }

    public class MonoBehaviour : Behaviour
    {
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>()
            where T : ScriptableObject, new() => new T();
    }

    public class Collider : Component
    {
    }

    public class Renderer : Component
    {
        public Material material { get; } = new Material();
    }

    public class Material : Object
    {
        public Color color { get; set; }
    }

    public enum PrimitiveType
    {
        Sphere,
        Capsule,
        Cylinder,
        Cube,
        Plane,
    }

    /// <summary>Local translation, rotation and scale; scales are taken to be the same along all axes of a parent.</summary>
    public class Transform : Component, IEnumerable
    {
        private readonly List<Transform> _children = new List<Transform>();
        private Transform _parent;

        public Vector3 localPosition { get; set; }
        public Quaternion localRotation { get; set; } = Quaternion.identity;
        public Vector3 localScale { get; set; } = Vector3.one;

        public Transform parent
        {
            get => _parent;
            set => SetParent(value);
        }

        public Quaternion rotation
        {
            get => _parent is null ? localRotation : _parent.rotation * localRotation;
            set => localRotation = _parent is null ? value : Quaternion.Inverse(_parent.rotation) * value;
        }

        public Vector3 position
        {
            get => _parent is null ? localPosition : _parent.TransformPoint(localPosition);
            set => localPosition = _parent is null ? value : _parent.InverseTransformPoint(value);
        }

        public Vector3 lossyScale =>
            _parent is null ? localScale : Vector3.Scale(_parent.lossyScale, localScale);

        public Vector3 forward => rotation * Vector3.forward;
        public Vector3 right => rotation * Vector3.right;
        public Vector3 up => rotation * Vector3.up;
        public int childCount => _children.Count;
        public Transform root => _parent is null ? this : _parent.root;

        internal IReadOnlyList<Transform> Children => _children;

        public Transform GetChild(int index) => _children[index];

        public void SetParent(Transform parent, bool worldPositionStays = true)
        {
            (Vector3 p, Quaternion q) = (position, rotation);
            _parent?._children.Remove(this);
            _parent = parent;
            parent?._children.Add(this);
            if (worldPositionStays)
            {
                (position, rotation) = (p, q);
            }
        }

        public void SetPositionAndRotation(Vector3 position, Quaternion rotation)
        {
            this.position = position;
            this.rotation = rotation;
        }

        public bool IsChildOf(Transform other) => ReferenceEquals(this, other) || (!(_parent is null) && _parent.IsChildOf(other));

        public Transform Find(string path)
        {
            Transform at = this;
            foreach (string part in path.Split('/'))
            {
                at = at._children.Find(child => child.name == part);
                if (at is null)
                {
                    return null;
                }
            }
            return at;
        }

        public Vector3 TransformPoint(Vector3 local) => position + rotation * Vector3.Scale(lossyScale, local);

        public Vector3 InverseTransformPoint(Vector3 world)
        {
            Vector3 turned = Quaternion.Inverse(rotation) * (world - position);
            Vector3 scale = lossyScale;
            return new Vector3(turned.x / scale.x, turned.y / scale.y, turned.z / scale.z);
        }

        public IEnumerator GetEnumerator() => _children.GetEnumerator();
    }
}
