// The SMPL-X joints by name: their order is the wire's.
#pragma once

#include "Core/Wire/Limits.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace ponimator::retarget
{

constexpr std::size_t kJointCount = limits::kJointCount;

constexpr std::array<std::string_view, kJointCount> kJointNames = {
	"pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
	"spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
	"right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "jaw", "left_eye_smplhf",
	"right_eye_smplhf", "left_index1", "left_index2", "left_index3", "left_middle1", "left_middle2", "left_middle3",
	"left_pinky1", "left_pinky2", "left_pinky3", "left_ring1", "left_ring2", "left_ring3", "left_thumb1",
	"left_thumb2", "left_thumb3", "right_index1", "right_index2", "right_index3", "right_middle1", "right_middle2",
	"right_middle3", "right_pinky1", "right_pinky2", "right_pinky3", "right_ring1", "right_ring2", "right_ring3",
	"right_thumb1", "right_thumb2", "right_thumb3",
};

/** Parent of each joint, −1 for the pelvis; a parent always stands before its children. */
constexpr std::array<int, kJointCount> kJointParents = {
	-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15, 20, 25, 26, 20, 28,
	29, 20, 31, 32, 20, 34, 35, 20, 37, 38, 21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
};

/** The joint of a name; −1 for none. */
constexpr int joint_index(std::string_view name)
{
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		if (kJointNames[index] == name)
		{
			return static_cast<int>(index);
		}
	}
	return -1;
}

namespace joint
{
constexpr int kPelvis = joint_index("pelvis");
// Left, right.
constexpr std::array<int, 2> kHip = {joint_index("left_hip"), joint_index("right_hip")};
constexpr std::array<int, 2> kKnee = {joint_index("left_knee"), joint_index("right_knee")};
constexpr std::array<int, 2> kAnkle = {joint_index("left_ankle"), joint_index("right_ankle")};
constexpr std::array<int, 2> kFoot = {joint_index("left_foot"), joint_index("right_foot")};
constexpr std::array<int, 2> kCollar = {joint_index("left_collar"), joint_index("right_collar")};
constexpr std::array<int, 2> kShoulder = {joint_index("left_shoulder"), joint_index("right_shoulder")};
constexpr std::array<int, 2> kElbow = {joint_index("left_elbow"), joint_index("right_elbow")};
constexpr std::array<int, 2> kWrist = {joint_index("left_wrist"), joint_index("right_wrist")};
constexpr std::array<int, 2> kIndex1 = {joint_index("left_index1"), joint_index("right_index1")};
constexpr std::array<int, 2> kMiddle1 = {joint_index("left_middle1"), joint_index("right_middle1")};
constexpr std::array<int, 2> kPinky1 = {joint_index("left_pinky1"), joint_index("right_pinky1")};
} // namespace joint

/** Root, middle and end joint of an arm or leg. */
struct Limb
{
	int root = 0;
	int middle = 0;
	int end = 0;
};

constexpr std::array<Limb, 2> kLegs = {
	Limb{joint::kHip[0], joint::kKnee[0], joint::kAnkle[0]},
	Limb{joint::kHip[1], joint::kKnee[1], joint::kAnkle[1]},
};
constexpr std::array<Limb, 2> kArms = {
	Limb{joint::kShoulder[0], joint::kElbow[0], joint::kWrist[0]},
	Limb{joint::kShoulder[1], joint::kElbow[1], joint::kWrist[1]},
};

/** Whether a rig without a bone for this joint cannot be retargeted to. */
constexpr bool is_needed(int index)
{
	for (std::size_t side = 0; side < 2; ++side)
	{
		for (const Limb& limb : {kLegs[side], kArms[side]})
		{
			if (index == limb.root || index == limb.middle || index == limb.end)
			{
				return true;
			}
		}
	}
	return index == joint::kPelvis;
}

} // namespace ponimator::retarget
