// A rig in a pose, and the body's own pose by differences from the bind pose.
#pragma once

#include "Core/Retargeting/Fitting.h"

namespace ponimator::retarget
{

/** One body of the stream in one frame, as it comes. */
struct BodyFrame
{
	/** Root to world, the others to their parent. */
	std::array<Quat, kJointCount> rotations{};
	/** SMPL-X's meaning: pelvis = rest pelvis + translation, m. */
	Vec3 translation;
};

/** One body of the stream in one frame, in the world. */
struct SourceBody
{
	std::array<Mat3, kJointCount> rotations{};
	std::array<Vec3, kJointCount> positions{};

	static SourceBody of_frame(const BodyFrame& frame, const RestJoints& rest_joints);

	const Mat3& rotation(int index) const { return rotations[static_cast<std::size_t>(index)]; }
	const Vec3& position(int index) const { return positions[static_cast<std::size_t>(index)]; }
	/** Halfway between the hip joints, m. */
	Vec3 hip_middle() const;
};

/** A pose as an engine sets it; all bones but the carrier stay at their bind positions. */
struct RigPose
{
	/** From each bone to its parent, of a root to the actor; w ≥ 0. */
	std::vector<Quat> rotations;
	/** The bone that is moved. */
	int carrier = 0;
	/** In its parent, m. */
	Vec3 carrier_position;
	/** Where the pelvis bone is in the actor's space, m. */
	Vec3 hips_position;
};

/** A rig in a pose; its turns change it in place. It outlives no rig that it was made for. */
struct Posed
{
	const FittedRig* fitted = nullptr;
	/** From each bone to the world. */
	std::vector<Mat3> rotations;
	/** Of the bones, m. */
	std::vector<Vec3> positions;

	/** Where a joint's bone is, m. */
	const Vec3& place(int index_of_joint) const { return positions[fitted->bone(index_of_joint)]; }
	/** How a joint is turned as the source body's would be: its bone's rotation without what the bind pose brings. */
	Mat3 joint_rotation(int index_of_joint) const;
	/** Turns a bone and all that hangs on it about its own place. */
	void turn_bone(std::size_t bone, const Mat3& by);
	/** Moves the whole body. */
	void shift(const Vec3& by);
	/** What an engine sets on its bones. */
	RigPose local() const;
};

/**
 * The body alone: every bone turned as its joint is, the hips at the height of the rig's own legs.
 *
 * @param floor Height of the ground, m.
 * @param shift By which the body stands elsewhere than the source, m.
 */
Posed body_posed(const FittedRig& fitted, const SourceBody& source, double floor, const Vec3& shift);

} // namespace ponimator::retarget
