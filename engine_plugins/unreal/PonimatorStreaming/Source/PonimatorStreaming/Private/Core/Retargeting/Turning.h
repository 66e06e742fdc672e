// The few curves and turns that retargeting is made of; each is continuous wherever retargeting uses it.
#pragma once

#include "Core/Retargeting/Algebra.h"

namespace ponimator::retarget
{

/** From 0 to 1 without a step in velocity or acceleration: s³ (10 − 15 s + 6 s²). */
double eased(double share);

/** How far a limb goes that is asked for `ratio` of its length: exactly up to `exact`, then ever less, below 1. */
double soft_reach(double ratio, double exact);

/** The vector, shortened to limit · tanh(length / limit). */
Vec3 softly_limited(const Vec3& vector, double limit);

/** The smallest turn of one unit vector to another; of two opposite ones a half turn about a fixed normal. */
Mat3 shortest_arc(const Vec3& start, const Vec3& stop);

} // namespace ponimator::retarget
