#include "Core/Retargeting/Posing.h"

namespace ponimator::retarget
{

SourceBody SourceBody::of_frame(const BodyFrame& frame, const RestJoints& rest_joints)
{
	SourceBody body;
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		const Mat3 local = matrix_from_quaternion(frame.rotations[index]);
		if (kJointParents[index] < 0)
		{
			body.rotations[index] = local;
			body.positions[index] = rest_joints[index] + frame.translation;
			continue;
		}
		const std::size_t parent = static_cast<std::size_t>(kJointParents[index]);
		body.rotations[index] = body.rotations[parent] * local;
		body.positions[index] = body.positions[parent] + body.rotations[parent] * (rest_joints[index] - rest_joints[parent]);
	}
	return body;
}

Vec3 SourceBody::hip_middle() const
{
	return 0.5 * (position(joint::kHip[0]) + position(joint::kHip[1]));
}

Mat3 Posed::joint_rotation(int index_of_joint) const
{
	const std::size_t bone = fitted->bone(index_of_joint);
	return rotations[bone] * fitted->references[bone].transposed();
}

void Posed::turn_bone(std::size_t bone, const Mat3& by)
{
	const Vec3 pivot = positions[bone];
	for (const std::size_t hanging : fitted->below[bone])
	{
		rotations[hanging] = by * rotations[hanging];
		positions[hanging] = by * (positions[hanging] - pivot) + pivot;
	}
}

void Posed::shift(const Vec3& by)
{
	for (const std::size_t hanging : fitted->below[static_cast<std::size_t>(fitted->carrier)])
	{
		positions[hanging] += by;
	}
}

RigPose Posed::local() const
{
	const std::size_t carrier = static_cast<std::size_t>(fitted->carrier);
	RigPose pose;
	pose.carrier = fitted->carrier;
	pose.hips_position = place(joint::kPelvis);
	pose.carrier_position = positions[carrier];
	pose.rotations.reserve(rotations.size());
	for (std::size_t bone = 0; bone < rotations.size(); ++bone)
	{
		const int parent = fitted->rig.parents[bone];
		const Mat3 to_parent = parent < 0 ? Mat3{} : rotations[static_cast<std::size_t>(parent)].transposed();
		pose.rotations.push_back(quaternion_from_matrix(to_parent * rotations[bone]));
		if (bone == carrier && parent >= 0)
		{
			pose.carrier_position = to_parent * (positions[bone] - positions[static_cast<std::size_t>(parent)]);
		}
	}
	return pose;
}

Posed body_posed(const FittedRig& fitted, const SourceBody& source, double floor, const Vec3& shift)
{
	const std::size_t count = fitted.rig.names.size();
	Posed posed{&fitted, std::vector<Mat3>(count), std::vector<Vec3>(count)};
	for (std::size_t bone = 0; bone < count; ++bone)
	{
		const bool carries = static_cast<int>(bone) == fitted.carrier;
		const int of_joint = carries ? joint::kPelvis : fitted.joint_of_bone[bone];
		const int parent = fitted.rig.parents[bone];
		const Mat3 to_world = parent < 0 ? Mat3{} : posed.rotations[static_cast<std::size_t>(parent)];
		const Vec3 origin = parent < 0 ? Vec3{} : posed.positions[static_cast<std::size_t>(parent)];
		posed.rotations[bone] = of_joint >= 0 ? source.rotation(of_joint) * fitted.references[bone] : to_world * fitted.local_rotations[bone];
		posed.positions[bone] = origin + to_world * fitted.local_positions[bone];
	}
	Vec3 middle = source.hip_middle() + shift;
	middle.y = floor + fitted.leg_scale * (middle.y - floor);
	posed.shift(middle - 0.5 * (posed.place(joint::kHip[0]) + posed.place(joint::kHip[1])));
	return posed;
}

} // namespace ponimator::retarget
