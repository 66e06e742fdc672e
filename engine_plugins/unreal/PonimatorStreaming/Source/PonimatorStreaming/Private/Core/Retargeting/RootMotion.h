// Where the way of the body goes: into the bones, away, or to the engine that moves the actor.
#pragma once

#include "Core/Retargeting/Posing.h"

namespace ponimator::retarget
{

/** What the game moves. */
enum class RootMode
{
	/** Nothing: the actor stands at the world's origin, the bones make all the way. */
	world,
	/** The actor, as it likes: the body stays above the actor's origin and faces its front. */
	in_place,
	/** The actor, by what each frame says: the bones as in place. */
	delta,
};

/** The ground below the body. */
struct GroundRoot
{
	/** Below the middle of the hips, at the floor, m. */
	Vec3 position;
	/** Of where the body faces, about +Y from +Z. */
	double yaw_rad = 0.0;

	/**
	 * How an actor stands and is turned that shows the body, in place, where the stream has it.
	 *
	 * It takes the rig's own front into account, which need not be +Z.
	 */
	Mat3 world_from_actor(const FittedRig& fitted) const { return matrix_about_y(yaw_rad) * fitted.to_front; }
};

/** A pose and what its actor does. */
struct RootedPose
{
	/** In the actor's space. */
	RigPose pose;
	/** Of the actor since the last frame, in its own last frame of front and left, m; 0 unless the mode is delta. */
	Vec3 move;
	/** Of the actor about +Y since the last frame; 0 unless the mode is delta. */
	double turn_rad = 0.0;
};

/** A pose for an actor that is moved in one of three ways; `before` is null for a first frame, which moves nothing. */
RootedPose rooted(const Posed& posed, const GroundRoot& root, RootMode mode, const GroundRoot* before);

} // namespace ponimator::retarget
