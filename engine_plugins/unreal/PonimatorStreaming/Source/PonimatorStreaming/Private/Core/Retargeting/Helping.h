// Feet at their places and hands at their goals, spines and hips helping where arms are too short.
#pragma once

#include "Core/Retargeting/Feet.h"
#include "Core/Retargeting/Touching.h"

namespace ponimator::retarget
{

/** Both bodies with feet and hands where they belong, and where the hands had to come. */
struct Helped
{
	ByPerson<Posed> bodies;
	HandGoals goals;
};

Helped help(
	const ByPerson<Posed>& bodies, const ByPerson<BySide<FootPlace>>& places, const ByPerson<SourceBody>& sources,
	const PairWeights& weights);

} // namespace ponimator::retarget
