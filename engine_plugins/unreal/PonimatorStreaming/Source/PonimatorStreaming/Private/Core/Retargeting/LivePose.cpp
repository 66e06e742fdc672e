#include "Core/Retargeting/LivePose.h"

namespace ponimator::retarget
{

Pose live_pose(const FittedRig& fitted, const LiveRig& live, double floor)
{
	std::array<Mat3, limits::kBodyJointCount> to_world;
	Pose pose;
	for (std::size_t index = 0; index < to_world.size(); ++index)
	{
		const int parent = kJointParents[index];
		const Mat3 up = parent < 0 ? Mat3{} : to_world[static_cast<std::size_t>(parent)];
		const int bone = fitted.bones[index];
		// A joint without a bone goes with the one that it hangs on.
		to_world[index] = bone < 0
			? up
			: live.rotations[static_cast<std::size_t>(bone)] * fitted.references[static_cast<std::size_t>(bone)].transposed();
		const Quat local = quaternion_from_matrix(up.transposed() * to_world[index]);
		float* rotation = pose.rotations.data() + 4 * index;
		rotation[0] = static_cast<float>(local.x);
		rotation[1] = static_cast<float>(local.y);
		rotation[2] = static_cast<float>(local.z);
		rotation[3] = static_cast<float>(local.w);
	}
	const RestJoints& rest = fitted.rest_joints;
	const Vec3& rest_pelvis = rest[static_cast<std::size_t>(joint::kPelvis)];
	const Vec3 rest_middle =
		0.5 * (rest[static_cast<std::size_t>(joint::kHip[0])] + rest[static_cast<std::size_t>(joint::kHip[1])]);
	Vec3 middle = 0.5 * (live.hips[0] + live.hips[1]);
	middle.y = floor + (middle.y - floor) / fitted.leg_scale;
	const Vec3 pelvis = middle - to_world[static_cast<std::size_t>(joint::kPelvis)] * (rest_middle - rest_pelvis);
	const Vec3 translation = pelvis - rest_pelvis;
	pose.translation = {
		static_cast<float>(translation.x), static_cast<float>(translation.y), static_cast<float>(translation.z)};
	return pose;
}

} // namespace ponimator::retarget
