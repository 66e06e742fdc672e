// Feet that stand: places kept in the world while heel or toe are in contact, and legs that reach them.
#pragma once

#include "Core/Retargeting/Posing.h"

#include <optional>

namespace ponimator::retarget
{

/** Left heel, left toe, right heel, right toe. */
using FootContacts = std::array<bool, 4>;

/** What of a foot is on the ground: heel 1, toe 2, both 3. */
using Planted = unsigned;

/** Where a foot is to be. */
struct FootPlace
{
	/** m. */
	Vec3 ankle;
	/** Of the ankle's bone to the world. */
	Mat3 rotation;
	/** 1 for a foot near the ground, which the pelvis comes down for, to 0. */
	double lowness = 0.0;
};

/** What one foot remembers. */
class FootLock
{
public:
	FootLock();

	/**
	 * Goes on by one frame.
	 *
	 * @param free Where the foot would be if it did not stand.
	 * @param floor Height of the ground, m.
	 * @param dt_s Since the last frame.
	 */
	FootPlace place(const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted, double floor, double dt_s);

private:
	/** The place that the foot turns about, and its rotation. */
	struct Pivot
	{
		Vec3 place;
		Mat3 rotation;
	};

	void drag(const FootPlace& free, const Vec3& toes);
	void lock(const FittedRig& fitted, std::size_t side, const Vec3& ankle, const Vec3& toe, Planted newly, double floor);
	Pivot target(const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted) const;
	Vec3 flat(const FittedRig& fitted, std::size_t side) const;
	Pivot shown(const FittedRig& fitted, std::size_t side, const FootPlace& free, Planted planted) const;

	/** None before the first frame. */
	std::optional<Planted> planted_;
	/** Of the ankle above a planted heel, m. */
	Vec3 heel_;
	/** Of the planted toe, m. */
	Vec3 toe_;
	/** From what should have been shown to what was, when `planted_` changed last: m, and a rotation vector. */
	Vec3 gap_;
	Vec3 turned_;
	/** Since then. */
	double elapsed_s_;
};

/** Where a foot would be if it did not stand: near the ground where the source's foot is, high up by angles. */
FootPlace free_foot(const Posed& posed, const SourceBody& source, std::size_t side, double floor, const Vec3& shift);

/** What of one foot is on the ground. */
Planted planted_of(const FootContacts& contacts, std::size_t side);

/** Brings both feet to their places, the pelvis lowered where a leg is too short. */
void stand(Posed& posed, const BySide<FootPlace>& places);

} // namespace ponimator::retarget
