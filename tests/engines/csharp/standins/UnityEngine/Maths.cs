// Unity's vectors and quaternions, as far as the plugin uses them; the left hand is a matter of reading, not of algebra.
using System;

namespace UnityEngine
{
    public struct Vector3 : IEquatable<Vector3>
    {
        public float x;
        public float y;
        public float z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero => new Vector3(0, 0, 0);
        public static Vector3 one => new Vector3(1, 1, 1);
        public static Vector3 up => new Vector3(0, 1, 0);
        public static Vector3 down => new Vector3(0, -1, 0);
        public static Vector3 left => new Vector3(-1, 0, 0);
        public static Vector3 right => new Vector3(1, 0, 0);
        public static Vector3 forward => new Vector3(0, 0, 1);
        public static Vector3 back => new Vector3(0, 0, -1);

        public float magnitude => Mathf.Sqrt(Dot(this, this));
        public float sqrMagnitude => Dot(this, this);
        public Vector3 normalized => magnitude > 1e-5f ? this / magnitude : zero;

        public static Vector3 operator +(Vector3 a, Vector3 b) => new Vector3(a.x + b.x, a.y + b.y, a.z + b.z);
        public static Vector3 operator -(Vector3 a, Vector3 b) => new Vector3(a.x - b.x, a.y - b.y, a.z - b.z);
        public static Vector3 operator -(Vector3 a) => new Vector3(-a.x, -a.y, -a.z);
        public static Vector3 operator *(Vector3 a, float s) => new Vector3(a.x * s, a.y * s, a.z * s);
        public static Vector3 operator *(float s, Vector3 a) => a * s;
        public static Vector3 operator /(Vector3 a, float s) => new Vector3(a.x / s, a.y / s, a.z / s);
        public static bool operator ==(Vector3 a, Vector3 b) => (a - b).sqrMagnitude < 1e-10f;
        public static bool operator !=(Vector3 a, Vector3 b) => !(a == b);

        public static float Dot(Vector3 a, Vector3 b) => a.x * b.x + a.y * b.y + a.z * b.z;

        public static Vector3 Cross(Vector3 a, Vector3 b) =>
            new Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);

        public static Vector3 Scale(Vector3 a, Vector3 b) => new Vector3(a.x * b.x, a.y * b.y, a.z * b.z);
        public static float Distance(Vector3 a, Vector3 b) => (a - b).magnitude;
        public static Vector3 Lerp(Vector3 a, Vector3 b, float t) => a + (b - a) * Mathf.Clamp01(t);

        public bool Equals(Vector3 other) => x.Equals(other.x) && y.Equals(other.y) && z.Equals(other.z);
        public override bool Equals(object other) => other is Vector3 vector && Equals(vector);
        public override int GetHashCode() => HashCode.Combine(x, y, z);
        public override string ToString() => FormattableString.Invariant($"({x:0.00000}, {y:0.00000}, {z:0.00000})");
    }

    public struct Quaternion : IEquatable<Quaternion>
    {
        public float x;
        public float y;
        public float z;
        public float w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity => new Quaternion(0, 0, 0, 1);

        public static Quaternion operator *(Quaternion a, Quaternion b) => new Quaternion(
            a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
            a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
            a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var axis = new Vector3(q.x, q.y, q.z);
            Vector3 turned = 2f * Vector3.Cross(axis, v);
            return v + q.w * turned + Vector3.Cross(axis, turned);
        }

        public static float Dot(Quaternion a, Quaternion b) => a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
        public static Quaternion Inverse(Quaternion q) => new Quaternion(-q.x, -q.y, -q.z, q.w);

        public static Quaternion Normalize(Quaternion q)
        {
            float length = Mathf.Sqrt(Dot(q, q));
            return new Quaternion(q.x / length, q.y / length, q.z / length, q.w / length);
        }

        /// <summary>Degrees between two rotations.</summary>
        public static float Angle(Quaternion a, Quaternion b)
        {
            Quaternion between = Inverse(a) * b;
            double sine = Math.Sqrt(between.x * between.x + between.y * between.y + between.z * between.z);
            return (float)(2 * Math.Atan2(sine, Math.Abs(between.w)) * 180 / Math.PI);
        }

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            float half = degrees * Mathf.Deg2Rad / 2;
            Vector3 part = axis.normalized * Mathf.Sin(half);
            return new Quaternion(part.x, part.y, part.z, Mathf.Cos(half));
        }

        /// <summary>Unity's order: about z, then x, then y.</summary>
        public static Quaternion Euler(float x, float y, float z) =>
            AngleAxis(y, Vector3.up) * AngleAxis(x, Vector3.right) * AngleAxis(z, Vector3.forward);

        public static Quaternion FromToRotation(Vector3 from, Vector3 to)
        {
            Vector3 a = from.normalized;
            Vector3 b = to.normalized;
            float cosine = Vector3.Dot(a, b);
            if (cosine < -0.99999f)
            {
                Vector3 aside = Vector3.Cross(a, Mathf.Abs(a.x) < 0.9f ? Vector3.right : Vector3.up);
                return AngleAxis(180, aside);
            }
            Vector3 axis = Vector3.Cross(a, b);
            return Normalize(new Quaternion(axis.x, axis.y, axis.z, 1 + cosine));
        }

        public static Quaternion Slerp(Quaternion a, Quaternion b, float t)
        {
            t = Mathf.Clamp01(t);
            float cosine = Dot(a, b);
            float sign = cosine < 0 ? -1 : 1;
            cosine = Mathf.Abs(cosine);
            float wa = 1 - t;
            float wb = t;
            if (cosine < 0.9995f)
            {
                float angle = Mathf.Acos(cosine);
                wa = Mathf.Sin((1 - t) * angle) / Mathf.Sin(angle);
                wb = Mathf.Sin(t * angle) / Mathf.Sin(angle);
            }
            wb *= sign;
            return Normalize(new Quaternion(
                wa * a.x + wb * b.x, wa * a.y + wb * b.y, wa * a.z + wb * b.z, wa * a.w + wb * b.w));
        }

        public bool Equals(Quaternion other) =>
            x.Equals(other.x) && y.Equals(other.y) && z.Equals(other.z) && w.Equals(other.w);

        public override bool Equals(object other) => other is Quaternion quaternion && Equals(quaternion);
        public override int GetHashCode() => HashCode.Combine(x, y, z, w);
        public override string ToString() =>
            FormattableString.Invariant($"({x:0.00000}, {y:0.00000}, {z:0.00000}, {w:0.00000})");
    }

    public struct Color
    {
        public float r;
        public float g;
        public float b;
        public float a;

        public Color(float r, float g, float b, float a = 1)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }
    }

    public static class Mathf
    {
        public const float PI = (float)Math.PI;
        public const float Deg2Rad = PI / 180;
        public const float Rad2Deg = 180 / PI;

        public static float Abs(float value) => Math.Abs(value);
        public static float Acos(float value) => (float)Math.Acos(value);
        public static float Atan2(float y, float x) => (float)Math.Atan2(y, x);
        public static float Clamp01(float value) => Clamp(value, 0, 1);
        public static float Clamp(float value, float low, float high) => Math.Min(Math.Max(value, low), high);
        public static float Cos(float value) => (float)Math.Cos(value);
        public static float Max(float a, float b) => Math.Max(a, b);
        public static float Min(float a, float b) => Math.Min(a, b);
        public static float Sin(float value) => (float)Math.Sin(value);
        public static float SmoothStep(float from, float to, float t)
        {
            t = Clamp01(t);
            return from + (to - from) * t * t * (3 - 2 * t);
        }

        public static float Sqrt(float value) => (float)Math.Sqrt(value);

        public static float MoveTowards(float current, float target, float step) =>
            Abs(target - current) <= step ? target : current + Math.Sign(target - current) * step;
    }
}
