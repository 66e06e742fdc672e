// Two-bone inverse kinematics of a posed rig's arm or leg.
#pragma once

#include "Core/Retargeting/Posing.h"

namespace ponimator::retarget
{

/** Up to this share of its length, or as far as it is stretched already, a limb reaches exactly; beyond, softly. */
constexpr double kExactReach = 0.98;

/**
 * Turns a limb's two bones so that its end comes to a place, or as near as it goes; the plane it bends in is kept.
 *
 * @param goal For the end, m.
 * @param guide Where the end goes when the limb bends, seen in the root joint's own frame: only a limb that is nearly
 *     straight needs to be told.
 */
void reach(Posed& posed, const Limb& limb, const Vec3& goal, const Vec3& guide);

/** The share of its length that a limb reaches exactly, from how far it is stretched. */
double stretch_allowed(double now);

} // namespace ponimator::retarget
