// What is known of a rig and a source body before the first frame: alignment of their bones, and sizes.
#pragma once

#include "Core/Retargeting/Rig.h"

#include <array>
#include <vector>

namespace ponimator::retarget
{

/** Places of the 55 joints of a body at rest, m. */
using RestJoints = std::array<Vec3, kJointCount>;

/** A value for the left and for the right side. */
template <class T>
using BySide = std::array<T, 2>;

/** A rig made ready for one source body. */
struct FittedRig
{
	Rig rig;
	BoneOfJoint bones{};
	/** The joint of each bone; −1 where it is none. */
	std::vector<int> joint_of_bone;
	/** Of the source body. */
	RestJoints rest_joints{};
	/** The turn about the up axis after which the bind pose faces +Z. */
	Mat3 to_front;
	/** A mapped bone's rotation where its joint's is none. */
	std::vector<Mat3> references;
	/** The deepest bone that everything mapped hangs on; it moves the body. */
	int carrier = 0;
	/** Of the bind pose, to the parent. */
	std::vector<Mat3> local_rotations;
	std::vector<Vec3> local_positions;
	/** For each bone the bones that hang on it and itself. */
	std::vector<std::vector<std::size_t>> below;
	/** Length of the rig's legs, soles included, by the source's. */
	double leg_scale = 1.0;
	/** Height of its shoulders by the source's. */
	double body_scale = 1.0;
	/** Of the rig and of the source, both arms' mean, m. */
	std::array<double, 2> arm_lengths{};
	/** Size of the hands by the source's. */
	BySide<double> hand_scales{};
	/** Of the ankles above the soles, m. */
	BySide<double> ankle_heights{};
	BySide<double> source_ankle_heights{};
	/** Soles included, m. */
	double source_leg_length = 0.0;
	/** From each ankle bone to its toes, in the ankle bone's frame, m. */
	BySide<Vec3> toes{};
	/** Of the toes above the soles, m. */
	BySide<double> toe_heights{};

	std::size_t bone(int index_of_joint) const { return static_cast<std::size_t>(bones[static_cast<std::size_t>(index_of_joint)]); }
	bool has(int index_of_joint) const { return bones[static_cast<std::size_t>(index_of_joint)] >= 0; }
};

/** Makes a rig ready for a source body, or says why the map does not fit. */
Result<FittedRig> fit_rig(Rig rig, const RigMap& map, const RestJoints& rest_joints);

} // namespace ponimator::retarget
