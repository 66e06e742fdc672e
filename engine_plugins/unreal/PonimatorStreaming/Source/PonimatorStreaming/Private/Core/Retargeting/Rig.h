// A humanoid rig at rest and which of its bones is which joint; it knows no engine and no file.
#pragma once

#include "Core/Retargeting/Algebra.h"
#include "Core/Retargeting/Joints.h"
#include "Core/Wire/Result.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace ponimator::retarget
{

/** The bind pose of a rig in its own space: right-handed, Y up, metres, facing anywhere. */
struct Rig
{
	std::vector<std::string> names;
	/** −1 for a root; a parent stands before its children. */
	std::vector<int> parents;
	/** From bone to the rig's space. */
	std::vector<Quat> bind_rotations;
	/** In the rig's space, m. */
	std::vector<Vec3> bind_positions;
	/** Where the soles are in the bind pose, m. */
	double floor_height = 0.0;

	int bone_count() const { return static_cast<int>(names.size()); }

	/** The bone of a name; −1 for none. */
	int find(const std::string& name) const;

	/** Whether a bone hangs on another one, or is that one. */
	bool is_below(int bone, int ancestor) const;
};

/** Bone name by joint name; joints without a bone are left out. */
using RigMap = std::map<std::string, std::string>;

/** Bone by joint; −1 where the rig has none. */
using BoneOfJoint = std::array<int, kJointCount>;

/** What is wrong with a rig; empty where it is a tree of bones with different names. */
std::string fault_of_rig(const Rig& rig);

/** Bone by joint, or why a map does not fit a rig. */
Result<BoneOfJoint> bones_of_map(const RigMap& map, const Rig& rig);

} // namespace ponimator::retarget
