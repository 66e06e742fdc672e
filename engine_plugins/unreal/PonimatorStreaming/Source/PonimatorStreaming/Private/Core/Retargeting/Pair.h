// Two rigs that follow the two bodies of the stream, frame by frame: all stages in their order.
#pragma once

#include "Core/Retargeting/Feet.h"
#include "Core/Retargeting/RootMotion.h"
#include "Core/Retargeting/Touching.h"

namespace ponimator::retarget
{

/** How much is done. */
enum class Stage
{
	body,
	feet,
	hands,
};

/** Both bodies of the stream in one frame. */
struct PairFrame
{
	ByPerson<BodyFrame> bodies{};
	ByPerson<FootContacts> foot_contacts{};
	/** Contacts that last, begin soon or ended just now. */
	std::vector<TouchNow> touches;
};

/** Both rigs in one frame. */
struct PairPosed
{
	/** In the world; of the rigs of the retargeter that made them, which they must not outlive. */
	ByPerson<Posed> bodies;
	/** The ground below each body. */
	ByPerson<GroundRoot> roots;
	/** Where touching hands had to come. */
	HandGoals goals;
};

/** Follows a stream; what it remembers: where planted feet stand, and how much each contact counts. */
class PairRetargeter
{
public:
	/**
	 * @param floor Height of the ground, m.
	 * @param approach Whether near pairs may stand closer together, or farther apart, than in the stream.
	 */
	explicit PairRetargeter(
		ByPerson<FittedRig> fitted, Stage stage = Stage::hands, double floor = 0.0, bool approach = true);

	/** Both rigs in the next frame shown, `dt_s` after the last one. */
	PairPosed follow(const PairFrame& frame, double dt_s);

	const FittedRig& fitted(std::size_t person) const { return fitted_[person]; }

private:
	ByPerson<Vec3> shifts(const ByPerson<SourceBody>& sources) const;

	ByPerson<FittedRig> fitted_;
	Stage stage_;
	double floor_;
	bool approach_;
	ByPerson<BySide<FootLock>> locks_;
	TouchWeights weights_;
};

} // namespace ponimator::retarget
