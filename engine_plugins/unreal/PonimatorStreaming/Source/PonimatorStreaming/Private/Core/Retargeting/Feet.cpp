#include "Core/Retargeting/Feet.h"

#include "Core/Retargeting/LimbReach.h"
#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <cmath>

namespace ponimator::retarget
{
namespace
{

/** A foot that is planted, lifted or rolls over goes from what it showed to what it should in this time. */
constexpr double kFadeS = 0.2;
/** A place is dragged along where the stream's own foot has slid further than this from it. */
constexpr double kDriftM = 0.15;
/** Up to kLow leg lengths above where it stands a foot steps where the source's does; from kHigh on the angles count. */
constexpr double kLow = 0.1;
constexpr double kHigh = 0.4;
/** The pelvis is lowered by at most this share of a leg. */
constexpr double kMostDrop = 0.4;
constexpr double kLeastRise = 0.3;
constexpr Planted kHeel = 1;
constexpr Planted kToe = 2;
constexpr Vec3 kKneeGuide{0.0, 0.0, -1.0};

/** By how much a hip has to come down for its foot to reach, m. */
double drop_of(const Posed& posed, const Limb& leg, const FootPlace& place)
{
	const Vec3 hip = posed.place(leg.root), knee = posed.place(leg.middle), ankle = posed.place(leg.end);
	const double whole = norm(knee - hip) + norm(ankle - knee);
	const double longest = whole * stretch_allowed(norm(ankle - hip) / whole);
	const Vec3 across = hip - place.ankle;
	// Below this a leg that is asked for far too much would pull the pelvis down ever faster.
	const double least = (kLeastRise * longest) * (kLeastRise * longest);
	const double rise = std::sqrt(std::max(longest * longest - across.x * across.x - across.z * across.z, least));
	return place.lowness * std::min(std::max(across.y - rise, 0.0), kMostDrop * whole);
}

} // namespace

FootLock::FootLock() : elapsed_s_(kFadeS) {}

FootPlace FootLock::place(
	const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted, double floor, double dt_s)
{
	const Vec3& toes = fitted.toes[side];
	elapsed_s_ += dt_s;
	drag(free, toes);
	if (planted_ != planted)
	{
		const Planted before = planted_.value_or(0);
		const Pivot was = shown(fitted, side, free, before);
		lock(fitted, side, was.place, was.place + was.rotation * toes, planted & ~before, floor);
		const Pivot wanted = target(fitted, side, free, planted);
		if (planted_)
		{
			const Vec3 shown_pivot = (planted & kToe) != 0 ? was.place + was.rotation * toes : was.place;
			gap_ = shown_pivot - wanted.place;
			turned_ = rotation_vector_from_matrix(was.rotation * wanted.rotation.transposed());
			elapsed_s_ = 0.0;
		}
		planted_ = planted;
	}
	const Pivot now = shown(fitted, side, free, planted);
	return {now.place, now.rotation, free.lowness};
}

void FootLock::drag(const FootPlace& free, const Vec3& toes)
{
	const auto follow = [](Vec3& place, const Vec3& follows) {
		const Vec3 away{place.x - follows.x, 0.0, place.z - follows.z};
		const double distance = norm(away);
		if (distance > kDriftM)
		{
			place.x = follows.x + away.x * (kDriftM / distance);
			place.z = follows.z + away.z * (kDriftM / distance);
		}
	};
	follow(heel_, free.ankle);
	follow(toe_, free.ankle + free.rotation * toes);
}

void FootLock::lock(
	const FittedRig& fitted, std::size_t side, const Vec3& ankle, const Vec3& toe, Planted newly, double floor)
{
	if ((newly & kHeel) != 0)
	{
		heel_ = {ankle.x, floor + fitted.ankle_heights[side], ankle.z};
	}
	if ((newly & kToe) != 0)
	{
		toe_ = {toe.x, floor + fitted.toe_heights[side], toe.z};
	}
}

/** The toe where it is planted, else the ankle; without what fades. */
FootLock::Pivot FootLock::target(const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted) const
{
	switch (planted)
	{
	case kHeel: return {heel_, free.rotation};
	case kToe: return {toe_, free.rotation};
	case kHeel | kToe:
		return {toe_, shortest_arc(unit(free.rotation * fitted.toes[side]), flat(fitted, side)) * free.rotation};
	default: return {free.ankle, free.rotation};
	}
}

/** Direction from ankle to toe of a foot that stands on both, headed from one place to the other. */
Vec3 FootLock::flat(const FittedRig& fitted, std::size_t side) const
{
	const double down = fitted.toe_heights[side] - fitted.ankle_heights[side];
	const double length = dot(fitted.toes[side], fitted.toes[side]);
	const Vec3 heading = unit({toe_.x - heel_.x, 0.0, toe_.z - heel_.z});
	return unit(heading * std::sqrt(std::max(length - down * down, 0.0)) + Vec3{0.0, down, 0.0});
}

/** Ankle and rotation, with what fades. */
FootLock::Pivot FootLock::shown(const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted) const
{
	const Pivot wanted = target(fitted, side, free, planted);
	const double left = 1.0 - eased(elapsed_s_ / kFadeS);
	const Mat3 rotation = matrix_from_rotation_vector(turned_ * left) * wanted.rotation;
	const Vec3 pivot = wanted.place + gap_ * left;
	return {(planted & kToe) != 0 ? pivot - rotation * fitted.toes[side] : pivot, rotation};
}

FootPlace free_foot(const Posed& posed, const SourceBody& source, std::size_t side, double floor, const Vec3& shift)
{
	const FittedRig& fitted = *posed.fitted;
	Vec3 ankle = source.position(joint::kAnkle[side]) + shift;
	const double height = ankle.y - floor - fitted.source_ankle_heights[side];
	ankle.y = floor + fitted.ankle_heights[side] + fitted.leg_scale * height;
	const double lowness = 1.0 - eased((height / fitted.source_leg_length - kLow) / (kHigh - kLow));
	const std::size_t bone = fitted.bone(joint::kAnkle[side]);
	return {lowness * ankle + (1.0 - lowness) * posed.positions[bone], posed.rotations[bone], lowness};
}

Planted planted_of(const FootContacts& contacts, std::size_t side)
{
	return (contacts[2 * side] ? kHeel : 0) | (contacts[2 * side + 1] ? kToe : 0);
}

void stand(Posed& posed, const BySide<FootPlace>& places)
{
	const double drop = std::max(drop_of(posed, kLegs[0], places[0]), drop_of(posed, kLegs[1], places[1]));
	posed.shift({0.0, -drop, 0.0});
	for (std::size_t side = 0; side < 2; ++side)
	{
		reach(posed, kLegs[side], places[side].ankle, kKneeGuide);
		const std::size_t ankle = posed.fitted->bone(kLegs[side].end);
		posed.turn_bone(ankle, places[side].rotation * posed.rotations[ankle].transposed());
	}
}

} // namespace ponimator::retarget
