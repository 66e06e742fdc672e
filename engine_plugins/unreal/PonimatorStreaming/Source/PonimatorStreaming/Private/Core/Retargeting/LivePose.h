// The way back: from a rig as it stands in the game to the pose that a trigger gives.
#pragma once

#include "Core/Retargeting/Fitting.h"
#include "Core/Wire/Requests.h"

namespace ponimator::retarget
{

/** A rig as it stands in the game, in the wire's frame. */
struct LiveRig
{
	/** Of all its bones, to the world. */
	std::vector<Mat3> rotations;
	/** Of the hips' bones in the world, m. */
	BySide<Vec3> hips{};
};

/** The source body's pose of which this rig's is the retargeted one, feet and hands left alone. */
Pose live_pose(const FittedRig& fitted, const LiveRig& live, double floor);

} // namespace ponimator::retarget
