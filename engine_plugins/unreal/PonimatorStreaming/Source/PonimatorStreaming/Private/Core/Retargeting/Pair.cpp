#include "Core/Retargeting/Pair.h"

#include "Core/Retargeting/Helping.h"
#include "Core/Retargeting/Turning.h"

#include <utility>

namespace ponimator::retarget
{
namespace
{

/** Pairs nearer than kNearM stand as much closer as their arms are shorter (or farther); beyond kFarM nothing changes. */
constexpr double kNearM = 1.0;
constexpr double kFarM = 3.0;

double facing_yaw(const SourceBody& source)
{
	const Vec3 leftward = source.position(joint::kHip[0]) - source.position(joint::kHip[1]) +
		source.position(joint::kShoulder[0]) - source.position(joint::kShoulder[1]);
	return std::atan2(-leftward.z, leftward.x);
}

/** Told by where the body stands in the stream, not by how its hips help a hand. */
GroundRoot root_of(const Posed& posed, const SourceBody& source, double floor)
{
	const Vec3 middle = 0.5 * (posed.place(joint::kHip[0]) + posed.place(joint::kHip[1]));
	return {{middle.x, floor, middle.z}, facing_yaw(source)};
}

} // namespace

PairRetargeter::PairRetargeter(ByPerson<FittedRig> fitted, Stage stage, double floor, bool approach)
	: fitted_(std::move(fitted)), stage_(stage), floor_(floor), approach_(approach)
{
}

PairPosed PairRetargeter::follow(const PairFrame& frame, double dt_s)
{
	ByPerson<SourceBody> sources;
	for (std::size_t person = 0; person < 2; ++person)
	{
		sources[person] = SourceBody::of_frame(frame.bodies[person], fitted_[person].rest_joints);
	}
	const ByPerson<Vec3> shift = shifts(sources);
	PairPosed result;
	for (std::size_t person = 0; person < 2; ++person)
	{
		result.bodies[person] = body_posed(fitted_[person], sources[person], floor_, shift[person]);
		result.roots[person] = root_of(result.bodies[person], sources[person], floor_);
	}
	if (stage_ == Stage::body)
	{
		return result;
	}
	ByPerson<BySide<FootPlace>> places;
	for (std::size_t person = 0; person < 2; ++person)
	{
		for (std::size_t side = 0; side < 2; ++side)
		{
			const FootPlace free = free_foot(result.bodies[person], sources[person], side, floor_, shift[person]);
			const Planted planted = planted_of(frame.foot_contacts[person], side);
			places[person][side] = locks_[person][side].place(fitted_[person], side, free, planted, floor_, dt_s);
		}
	}
	const PairWeights& weights = weights_.step(stage_ == Stage::hands ? frame.touches : std::vector<TouchNow>(), dt_s);
	Helped helped = help(result.bodies, places, sources, weights);
	result.bodies = std::move(helped.bodies);
	result.goals = std::move(helped.goals);
	return result;
}

/** By how much each body stands elsewhere than in the stream, along the ground. */
ByPerson<Vec3> PairRetargeter::shifts(const ByPerson<SourceBody>& sources) const
{
	Vec3 apart = sources[0].hip_middle() - sources[1].hip_middle();
	apart.y = 0.0;
	const std::array<double, 2>& first = fitted_[0].arm_lengths;
	const std::array<double, 2>& second = fitted_[1].arm_lengths;
	const double ratio = (first[0] + second[0]) / (first[1] + second[1]);
	const double nearness = approach_ ? 1.0 - eased((norm(apart) - kNearM) / (kFarM - kNearM)) : 0.0;
	const Vec3 half = (0.5 * (ratio - 1.0) * nearness) * apart;
	return {half, -half};
}

} // namespace ponimator::retarget
