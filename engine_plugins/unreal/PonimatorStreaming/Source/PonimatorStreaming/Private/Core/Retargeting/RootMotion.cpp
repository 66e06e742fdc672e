#include "Core/Retargeting/RootMotion.h"

namespace ponimator::retarget
{

RootedPose rooted(const Posed& posed, const GroundRoot& root, RootMode mode, const GroundRoot* before)
{
	RootedPose result{posed.local(), {}, 0.0};
	if (mode == RootMode::world)
	{
		return result;
	}
	const FittedRig& fitted = *posed.fitted;
	const std::size_t carrier = static_cast<std::size_t>(fitted.carrier);
	const Mat3 actor_from_world = root.world_from_actor(fitted).transposed();
	Mat3 rotation = actor_from_world * posed.rotations[carrier];
	Vec3 position = actor_from_world * (posed.positions[carrier] - root.position);
	if (const int parent = fitted.rig.parents[carrier]; parent >= 0)
	{
		// What the carrier hangs on stays as it is in the bind pose.
		const Mat3 to_parent = posed.rotations[static_cast<std::size_t>(parent)].transposed();
		rotation = to_parent * rotation;
		position = to_parent * (position - posed.positions[static_cast<std::size_t>(parent)]);
	}
	result.pose.rotations[carrier] = quaternion_from_matrix(rotation);
	result.pose.carrier_position = position;
	result.pose.hips_position = actor_from_world * (posed.place(joint::kPelvis) - root.position);
	if (mode == RootMode::delta && before != nullptr)
	{
		const double turned = root.yaw_rad - before->yaw_rad;
		result.move = matrix_about_y(-before->yaw_rad) * (root.position - before->position);
		result.turn_rad = std::atan2(std::sin(turned), std::cos(turned));
	}
	return result;
}

} // namespace ponimator::retarget
