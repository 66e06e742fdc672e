// Vectors, matrices and rotations in double precision, as retargeting needs them. Matrices act on columns.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace ponimator::retarget
{

constexpr double kTiny = 1e-12;

/** A position (m), a displacement (m) or a rotation vector (rad). */
struct Vec3
{
	double x = 0.0;
	double y = 0.0;
	double z = 0.0;

	constexpr Vec3 operator+(const Vec3& other) const { return {x + other.x, y + other.y, z + other.z}; }
	constexpr Vec3 operator-(const Vec3& other) const { return {x - other.x, y - other.y, z - other.z}; }
	constexpr Vec3 operator-() const { return {-x, -y, -z}; }
	constexpr Vec3 operator*(double factor) const { return {x * factor, y * factor, z * factor}; }
	constexpr Vec3& operator+=(const Vec3& other) { return *this = *this + other; }
};

constexpr Vec3 operator*(double factor, const Vec3& vector) { return vector * factor; }

constexpr double dot(const Vec3& a, const Vec3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

constexpr Vec3 cross(const Vec3& a, const Vec3& b)
{
	return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

inline double norm(const Vec3& vector) { return std::sqrt(dot(vector, vector)); }

/** Direction of a vector; of none the zero vector. */
inline Vec3 unit(const Vec3& vector) { return vector * (1.0 / std::fmax(norm(vector), kTiny)); }

/** A unit quaternion. */
struct Quat
{
	double x = 0.0;
	double y = 0.0;
	double z = 0.0;
	double w = 1.0;
};

/** A rotation; row after row. */
struct Mat3
{
	std::array<double, 9> at{1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};

	constexpr double operator()(std::size_t row, std::size_t column) const { return at[3 * row + column]; }
	constexpr double& operator()(std::size_t row, std::size_t column) { return at[3 * row + column]; }

	constexpr Vec3 operator*(const Vec3& v) const
	{
		return {
			at[0] * v.x + at[1] * v.y + at[2] * v.z,
			at[3] * v.x + at[4] * v.y + at[5] * v.z,
			at[6] * v.x + at[7] * v.y + at[8] * v.z,
		};
	}

	constexpr Mat3 operator*(const Mat3& other) const
	{
		Mat3 product;
		for (std::size_t row = 0; row < 3; ++row)
		{
			for (std::size_t column = 0; column < 3; ++column)
			{
				product(row, column) = at[3 * row] * other(0, column) + at[3 * row + 1] * other(1, column) +
					at[3 * row + 2] * other(2, column);
			}
		}
		return product;
	}

	/** Of a rotation the way back. */
	constexpr Mat3 transposed() const
	{
		return {{at[0], at[3], at[6], at[1], at[4], at[7], at[2], at[5], at[8]}};
	}

	static constexpr Mat3 from_columns(const Vec3& a, const Vec3& b, const Vec3& c)
	{
		return {{a.x, b.x, c.x, a.y, b.y, c.y, a.z, b.z, c.z}};
	}

	constexpr Vec3 column(std::size_t index) const { return {at[index], at[3 + index], at[6 + index]}; }
};

/** Of a quaternion, which is normalised first. */
Mat3 matrix_from_quaternion(const Quat& quaternion);

/** With w ≥ 0, exact at half turns too. */
Quat quaternion_from_matrix(const Mat3& matrix);

/** Of a rotation vector. */
Mat3 matrix_from_rotation_vector(const Vec3& vector);

/** The shorter way round. */
Vec3 rotation_vector_from_matrix(const Mat3& matrix);

/** About the up axis; +90° turns +Z towards +X. */
Mat3 matrix_about_y(double yaw_rad);

} // namespace ponimator::retarget
