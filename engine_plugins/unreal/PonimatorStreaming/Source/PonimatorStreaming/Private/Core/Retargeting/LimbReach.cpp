#include "Core/Retargeting/LimbReach.h"

#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <cmath>

namespace ponimator::retarget
{
namespace
{

constexpr double kLeastFold = 1e-3;
constexpr double kGuide = 0.1;
constexpr double kGuidedBelow = 0.1;
constexpr double kGuidedFromRad = 0.2;

} // namespace

void reach(Posed& posed, const Limb& limb, const Vec3& goal, const Vec3& guide)
{
	const Vec3 start = posed.place(limb.root), bend = posed.place(limb.middle), end = posed.place(limb.end);
	const double upper_length = norm(bend - start), lower_length = norm(end - bend);
	const double whole = upper_length + lower_length;
	const Vec3 upper = (bend - start) * (1.0 / upper_length), lower = (end - bend) * (1.0 / lower_length);
	const Vec3 to_goal = goal - start;
	const double exact = stretch_allowed(norm(end - start) / whole);
	const double distance = std::max(
		whole * soft_reach(norm(to_goal) / whole, exact), std::fabs(upper_length - lower_length) + kLeastFold * whole);

	const double cosine = std::clamp(
		(distance * distance - upper_length * upper_length - lower_length * lower_length) / (2 * upper_length * lower_length),
		-1.0, 1.0);
	const double along = std::clamp(dot(lower, upper), -1.0, 1.0);
	Vec3 sideways = lower - along * upper;
	// A limb that is not bent does not say where it bends to; one that keeps its angle needs no guide.
	const double unbent = std::max(0.0, 1.0 - dot(sideways, sideways) / (kGuidedBelow * kGuidedBelow));
	const double changed = std::min(1.0, std::fabs(std::acos(cosine) - std::acos(along)) / kGuidedFromRad);
	Vec3 guided = posed.joint_rotation(limb.root) * guide;
	guided = guided - dot(guided, upper) * upper;
	sideways = unit(sideways + (kGuide * unbent * changed) * guided);
	const Vec3 bent = cosine * upper + std::sqrt(std::max(0.0, 1.0 - cosine * cosine)) * sideways;
	const Vec3 reached = unit(upper_length * upper + lower_length * bent);
	posed.turn_bone(posed.fitted->bone(limb.middle), shortest_arc(lower, bent));
	posed.turn_bone(posed.fitted->bone(limb.root), shortest_arc(reached, unit(to_goal)));
}

double stretch_allowed(double now) { return std::min(std::max(kExactReach, now), 1.0); }

} // namespace ponimator::retarget
