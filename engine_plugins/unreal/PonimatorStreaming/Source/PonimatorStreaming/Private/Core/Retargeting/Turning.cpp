#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <cmath>

namespace ponimator::retarget
{
namespace
{

constexpr double kOpposite = 1e-9;
constexpr double kLeastZone = 5e-4;
constexpr double kSmallShare = 1e-6;

/** The axis that lies least along a vector. */
Vec3 least_axis(const Vec3& vector)
{
	const double x = std::fabs(vector.x), y = std::fabs(vector.y), z = std::fabs(vector.z);
	if (x <= y && x <= z)
	{
		return {1.0, 0.0, 0.0};
	}
	return y <= z ? Vec3{0.0, 1.0, 0.0} : Vec3{0.0, 0.0, 1.0};
}

} // namespace

double eased(double share)
{
	const double s = std::clamp(share, 0.0, 1.0);
	return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s);
}

double soft_reach(double ratio, double exact)
{
	if (ratio <= exact)
	{
		return ratio;
	}
	const double zone = std::max(1.0 - exact, kLeastZone);
	return std::min(exact + zone * (1.0 - std::exp(-(ratio - exact) / zone)), 1.0);
}

Vec3 softly_limited(const Vec3& vector, double limit)
{
	const double share = norm(vector) / limit;
	return vector * (share > kSmallShare ? std::tanh(share) / share : 1.0);
}

Mat3 shortest_arc(const Vec3& start, const Vec3& stop)
{
	const double nearness = 1.0 + dot(start, stop);
	Mat3 turn;
	if (nearness < kOpposite)
	{
		const Vec3 n = unit(cross(start, least_axis(start)));
		return {{
			2 * n.x * n.x - 1, 2 * n.x * n.y, 2 * n.x * n.z,
			2 * n.y * n.x, 2 * n.y * n.y - 1, 2 * n.y * n.z,
			2 * n.z * n.x, 2 * n.z * n.y, 2 * n.z * n.z - 1,
		}};
	}
	const Vec3 axis = cross(start, stop);
	const Mat3 skew{{0.0, -axis.z, axis.y, axis.z, 0.0, -axis.x, -axis.y, axis.x, 0.0}};
	const Mat3 squared = skew * skew;
	for (std::size_t index = 0; index < turn.at.size(); ++index)
	{
		turn.at[index] += skew.at[index] + squared.at[index] / nearness;
	}
	return turn;
}

} // namespace ponimator::retarget
