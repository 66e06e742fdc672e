#include "Core/Playout/Rotations.h"

#include <cmath>

namespace ponimator
{
namespace
{

/** Below this sine the angle is twice the sine, to the last digit. */
constexpr double kSmallSine = 1e-9;
constexpr double kSmallAngle = 1e-6;

} // namespace

Quaterniond product(const Quaterniond& a, const Quaterniond& b)
{
	return {
		a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
		a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
		a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
		a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
	};
}

Quaterniond rotation_from_vector(const Vector3d& vector)
{
	const double angle = std::sqrt(vector.x * vector.x + vector.y * vector.y + vector.z * vector.z);
	const double scale = angle > kSmallAngle ? std::sin(0.5 * angle) / angle : 0.5;
	return {scale * vector.x, scale * vector.y, scale * vector.z, std::cos(0.5 * angle)};
}

Vector3d rotation_vector_between(const Quaterniond& a, const Quaterniond& b)
{
	const Quaterniond step = product({-a.x, -a.y, -a.z, a.w}, b);
	const double sign = step.w < 0.0 ? -1.0 : 1.0;
	const double sine = std::sqrt(step.x * step.x + step.y * step.y + step.z * step.z);
	const double scale = sine > kSmallSine ? 2.0 * std::atan2(sine, sign * step.w) / sine : 2.0;
	return sign * scale * Vector3d{step.x, step.y, step.z};
}

} // namespace ponimator
