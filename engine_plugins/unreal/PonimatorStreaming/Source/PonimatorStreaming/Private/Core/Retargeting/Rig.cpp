#include "Core/Retargeting/Rig.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ponimator::retarget
{
namespace
{

constexpr double kUnitTolerance = 1e-3;
constexpr std::size_t kShownBones = 5;

std::string quoted(const std::string& name) { return "'" + name + "'"; }

std::string listed(const std::vector<std::string>& names, std::size_t shown)
{
	std::string list;
	for (std::size_t index = 0; index < std::min(shown, names.size()); ++index)
	{
		list += (index == 0 ? "" : ", ") + names[index];
	}
	return list;
}

Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }

bool is_finite(const Vec3& v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); }

} // namespace

int Rig::find(const std::string& name) const
{
	const auto found = std::find(names.begin(), names.end(), name);
	return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

bool Rig::is_below(int bone, int ancestor) const
{
	while (bone > ancestor)
	{
		bone = parents[static_cast<std::size_t>(bone)];
	}
	return bone == ancestor;
}

std::string fault_of_rig(const Rig& rig)
{
	const std::size_t count = rig.names.size();
	if (rig.parents.size() != count || rig.bind_rotations.size() != count || rig.bind_positions.size() != count)
	{
		return "Expected a parent, a rotation and a position for each of " + std::to_string(count) + " bones, got " +
			std::to_string(rig.parents.size()) + ", " + std::to_string(rig.bind_rotations.size()) + " and " +
			std::to_string(rig.bind_positions.size()) + ".";
	}
	std::set<std::string> seen;
	for (std::size_t bone = 0; bone < count; ++bone)
	{
		if (rig.parents[bone] < -1 || rig.parents[bone] >= static_cast<int>(bone))
		{
			return "Expected each bone's parent before it, the parent of bone " + quoted(rig.names[bone]) + " is " +
				std::to_string(rig.parents[bone]) + ": sort the bones by depth.";
		}
		if (!seen.insert(rig.names[bone]).second)
		{
			return "Expected bones with different names, " + quoted(rig.names[bone]) + " came twice: rename one.";
		}
		const Quat& q = rig.bind_rotations[bone];
		const double length = std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w);
		if (!is_finite(rig.bind_positions[bone]) || !(std::fabs(length - 1.0) < kUnitTolerance))
		{
			return "Expected finite positions and unit quaternions in the bind pose, bone " + quoted(rig.names[bone]) +
				" has others.";
		}
	}
	return "";
}

Result<BoneOfJoint> bones_of_map(const RigMap& map, const Rig& rig)
{
	BoneOfJoint bones;
	bones.fill(-1);
	std::map<std::string, std::string> joint_of_bone;
	for (const auto& [joint, bone] : map)
	{
		const int index = joint_index(joint);
		if (index < 0)
		{
			return invalid("Expected SMPL-X joints in the map, got " + quoted(joint) + "; joints are called pelvis, left_hip, right_hip …");
		}
		const int found = rig.find(bone);
		if (found < 0)
		{
			return invalid(
				"Expected a bone of the rig for " + joint + ", it has no " + quoted(bone) + "; its " +
				std::to_string(rig.bone_count()) + " bones begin with " + listed(rig.names, kShownBones) +
				": choose another preset, or mend the map.");
		}
		const auto [taken, fresh] = joint_of_bone.emplace(bone, joint);
		if (!fresh)
		{
			return invalid("Expected one joint for each bone, " + quoted(bone) + " stands for " + taken->second + " and for " + joint + ".");
		}
		bones[static_cast<std::size_t>(index)] = found;
	}
	std::vector<std::string> missing;
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		if (bones[index] < 0 && is_needed(static_cast<int>(index)))
		{
			missing.emplace_back(kJointNames[index]);
		}
	}
	if (!missing.empty())
	{
		return invalid("Expected a bone for " + listed(missing, missing.size()) + ", without which no body can be posed: mend the map.");
	}
	for (std::size_t side = 0; side < 2; ++side)
	{
		for (const Limb& limb : {kLegs[side], kArms[side]})
		{
			for (const auto& [upper, lower] : {std::pair{limb.root, limb.middle}, std::pair{limb.middle, limb.end}})
			{
				if (!rig.is_below(bones[static_cast<std::size_t>(lower)], bones[static_cast<std::size_t>(upper)]))
				{
					return invalid(
						"Expected " + std::string(kJointNames[static_cast<std::size_t>(lower)]) + " to hang on " +
						std::string(kJointNames[static_cast<std::size_t>(upper)]) + ", its bone does not: mend the map.");
				}
			}
		}
	}
	return bones;
}

} // namespace ponimator::retarget
