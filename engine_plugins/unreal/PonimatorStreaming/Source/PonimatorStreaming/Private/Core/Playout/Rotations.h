// Unit quaternions (x, y, z, w) and rotation vectors (axis times angle, rad), in double.
#pragma once

#include <cstddef>

namespace ponimator
{

struct Vector3d
{
	double x = 0.0;
	double y = 0.0;
	double z = 0.0;
};

struct Quaterniond
{
	double x = 0.0;
	double y = 0.0;
	double z = 0.0;
	double w = 1.0;
};

inline Vector3d operator+(const Vector3d& a, const Vector3d& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vector3d operator-(const Vector3d& a, const Vector3d& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vector3d operator*(double factor, const Vector3d& v) { return {factor * v.x, factor * v.y, factor * v.z}; }

/** First b, then a. */
Quaterniond product(const Quaterniond& a, const Quaterniond& b);

/** The rotation of a rotation vector. */
Quaterniond rotation_from_vector(const Vector3d& vector);

/** The rotation vector v, in a's own frame, with b = a · exp(v), the shorter way round. */
Vector3d rotation_vector_between(const Quaterniond& a, const Quaterniond& b);

} // namespace ponimator
