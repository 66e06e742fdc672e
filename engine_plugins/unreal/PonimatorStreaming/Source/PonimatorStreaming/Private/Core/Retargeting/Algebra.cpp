#include "Core/Retargeting/Algebra.h"

namespace ponimator::retarget
{
namespace
{

constexpr double kSmallSine = 1e-9;
constexpr double kSmallHalfAngle = 1e-8;

Quat normalised(const Quat& q)
{
	const double length = std::fmax(std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w), kTiny);
	return {q.x / length, q.y / length, q.z / length, q.w / length};
}

} // namespace

Mat3 matrix_from_quaternion(const Quat& quaternion)
{
	const auto [x, y, z, w] = normalised(quaternion);
	return {{
		1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
		2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
		2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
	}};
}

Quat quaternion_from_matrix(const Mat3& m)
{
	// Of the four products of the quaternion with itself that a matrix gives, the row with the largest norm, so that
	// no division by a small number happens (Shepperd 1978).
	const double xx = 1 + m(0, 0) - m(1, 1) - m(2, 2);
	const double yy = 1 - m(0, 0) + m(1, 1) - m(2, 2);
	const double zz = 1 - m(0, 0) - m(1, 1) + m(2, 2);
	const double ww = 1 + m(0, 0) + m(1, 1) + m(2, 2);
	const double xy = m(1, 0) + m(0, 1), xz = m(0, 2) + m(2, 0), yz = m(2, 1) + m(1, 2);
	const double xw = m(2, 1) - m(1, 2), yw = m(0, 2) - m(2, 0), zw = m(1, 0) - m(0, 1);
	Quat best{xx, xy, xz, xw};
	double largest = xx;
	if (yy > largest)
	{
		largest = yy;
		best = {xy, yy, yz, yw};
	}
	if (zz > largest)
	{
		largest = zz;
		best = {xz, yz, zz, zw};
	}
	if (ww > largest)
	{
		best = {xw, yw, zw, ww};
	}
	best = normalised(best);
	return best.w < 0 ? Quat{-best.x, -best.y, -best.z, -best.w} : best;
}

Mat3 matrix_from_rotation_vector(const Vec3& vector)
{
	const double half = 0.5 * norm(vector);
	const double share = half > kSmallHalfAngle ? 0.5 * std::sin(half) / half : 0.5;
	return matrix_from_quaternion({share * vector.x, share * vector.y, share * vector.z, std::cos(half)});
}

Vec3 rotation_vector_from_matrix(const Mat3& matrix)
{
	const Quat q = quaternion_from_matrix(matrix);
	const Vec3 axis{q.x, q.y, q.z};
	const double sine = norm(axis);
	const double angle = 2 * std::atan2(sine, q.w);
	return axis * (sine > kSmallSine ? angle / sine : 2.0);
}

Mat3 matrix_about_y(double yaw_rad) { return matrix_from_rotation_vector({0.0, yaw_rad, 0.0}); }

} // namespace ponimator::retarget
