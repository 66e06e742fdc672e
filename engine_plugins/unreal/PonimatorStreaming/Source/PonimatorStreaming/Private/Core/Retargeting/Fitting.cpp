#include "Core/Retargeting/Fitting.h"

#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <cmath>

namespace ponimator::retarget
{
namespace
{

/** How far the sole of SMPL-X's mean body lies below its toe joint: the stream tells joints only. */
constexpr double kSoleBelowToeM = 0.027;
constexpr std::size_t kFingerCount = 5;
constexpr std::size_t kSegmentCount = 3;

/** The rig's bind pose, turned to the front, beside the source's rest pose. */
struct Poses
{
	const BoneOfJoint& bones;
	std::array<Vec3, kJointCount> placed{};
	const RestJoints& joints;

	bool has(int index) const { return bones[static_cast<std::size_t>(index)] >= 0; }
	const Vec3& rig(int index) const { return placed[static_cast<std::size_t>(index)]; }
	const Vec3& source(int index) const { return joints[static_cast<std::size_t>(index)]; }
};

/** Turns each joint's bind bone to where the source's points at rest; limbs, hands and fingers only. */
using Alignments = std::array<Mat3, kJointCount>;

double facing_yaw(const Rig& rig, const BoneOfJoint& bones)
{
	const auto place = [&](int index) {
		return rig.bind_positions[static_cast<std::size_t>(bones[static_cast<std::size_t>(index)])];
	};
	const Vec3 leftward =
		place(joint::kHip[0]) - place(joint::kHip[1]) + place(joint::kShoulder[0]) - place(joint::kShoulder[1]);
	// Forward is left × up: for a body at rest, left is +X, up is +Y and forward is +Z.
	return std::atan2(-leftward.z, leftward.x);
}

Mat3 turned_to(const Mat3& so_far, const Poses& poses, int from, int child)
{
	const Vec3 bound = so_far * unit(poses.rig(child) - poses.rig(from));
	return shortest_arc(bound, unit(poses.source(child) - poses.source(from))) * so_far;
}

/** Columns: along the hand, out of its plane, across. */
Mat3 palm(const Vec3& wrist, const Vec3& index, const Vec3& pinky)
{
	const Vec3 along = unit(0.5 * (index + pinky) - wrist);
	const Vec3 normal = unit(cross(along, index - pinky));
	return Mat3::from_columns(along, normal, cross(along, normal));
}

/** Each joint begins with the turn of the one that it hangs on, so that an arm is lifted as a whole and its palm with it. */
void align_chain(Alignments& aligned, const Poses& poses, const std::vector<int>& chain)
{
	Mat3 so_far;
	for (std::size_t place = 0; place + 1 < chain.size(); ++place)
	{
		if (poses.has(chain[place + 1]))
		{
			so_far = turned_to(so_far, poses, chain[place], chain[place + 1]);
		}
		aligned[static_cast<std::size_t>(chain[place])] = so_far;
	}
}

void align_fingers(Alignments& aligned, const Poses& poses, std::size_t side)
{
	const std::size_t wrist = static_cast<std::size_t>(joint::kWrist[side]);
	for (std::size_t finger = 0; finger < kFingerCount; ++finger)
	{
		const int first = joint::kIndex1[side] + static_cast<int>(finger * kSegmentCount);
		Mat3 so_far = aligned[wrist];
		for (std::size_t segment = 0; segment < kSegmentCount; ++segment)
		{
			const int here = first + static_cast<int>(segment);
			if (segment + 1 < kSegmentCount && poses.has(here) && poses.has(here + 1))
			{
				so_far = turned_to(so_far, poses, here, here + 1);
			}
			if (poses.has(here))
			{
				aligned[static_cast<std::size_t>(here)] = so_far;
			}
		}
	}
}

Alignments alignments(const Poses& poses)
{
	Alignments aligned;
	for (std::size_t side = 0; side < 2; ++side)
	{
		align_chain(aligned, poses, {kArms[side].root, kArms[side].middle, kArms[side].end, joint::kMiddle1[side]});
		align_chain(aligned, poses, {kLegs[side].root, kLegs[side].middle, kLegs[side].end});
		const int wrist = joint::kWrist[side], index = joint::kIndex1[side], pinky = joint::kPinky1[side];
		if (poses.has(index) && poses.has(pinky))
		{
			aligned[static_cast<std::size_t>(wrist)] = palm(poses.source(wrist), poses.source(index), poses.source(pinky)) *
				palm(poses.rig(wrist), poses.rig(index), poses.rig(pinky)).transposed();
		}
		align_fingers(aligned, poses, side);
	}
	return aligned;
}

template <class Place>
double length(const Place& place, const Limb& limb)
{
	return norm(place(limb.middle) - place(limb.root)) + norm(place(limb.end) - place(limb.middle));
}

/** By the length of the palm where the rig has fingers, of the forearm where not. */
double hand_scale(const Poses& poses, std::size_t side)
{
	int start = joint::kWrist[side], stop = joint::kMiddle1[side];
	if (!poses.has(stop))
	{
		start = joint::kElbow[side];
		stop = joint::kWrist[side];
	}
	return norm(poses.rig(stop) - poses.rig(start)) / norm(poses.source(stop) - poses.source(start));
}

/** From ankle to toes in the bind pose that faces +Z; a rig without toes gets the source's, in its own size. */
Vec3 toe_offset(const Poses& poses, std::size_t side, double leg_scale)
{
	const int ankle = joint::kAnkle[side], toe = joint::kFoot[side];
	return poses.has(toe) ? poses.rig(toe) - poses.rig(ankle) : leg_scale * (poses.source(toe) - poses.source(ankle));
}

void measure(FittedRig& fitted, const Poses& poses, const std::vector<Mat3>& bind)
{
	const auto of_rig = [&](int index) { return poses.rig(index); };
	const auto of_source = [&](int index) { return poses.source(index); };
	const double rig_floor = fitted.rig.floor_height;
	const double source_floor =
		std::min(poses.source(joint::kFoot[0]).y, poses.source(joint::kFoot[1]).y) - kSoleBelowToeM;
	double legs = 0.0, source_legs = 0.0, shoulders = 0.0, source_shoulders = 0.0, arms = 0.0, source_arms = 0.0;
	for (std::size_t side = 0; side < 2; ++side)
	{
		const int ankle = joint::kAnkle[side];
		fitted.ankle_heights[side] = poses.rig(ankle).y - rig_floor;
		fitted.source_ankle_heights[side] = poses.source(ankle).y - poses.source(joint::kFoot[side]).y + kSoleBelowToeM;
		legs += length(of_rig, kLegs[side]) + fitted.ankle_heights[side];
		source_legs += length(of_source, kLegs[side]) + fitted.source_ankle_heights[side];
		shoulders += poses.rig(joint::kShoulder[side]).y - rig_floor;
		source_shoulders += poses.source(joint::kShoulder[side]).y - source_floor;
		arms += length(of_rig, kArms[side]);
		source_arms += length(of_source, kArms[side]);
		fitted.hand_scales[side] = hand_scale(poses, side);
	}
	fitted.leg_scale = legs / source_legs;
	fitted.source_leg_length = source_legs / 2;
	fitted.body_scale = shoulders / source_shoulders;
	fitted.arm_lengths = {arms / 2, source_arms / 2};
	for (std::size_t side = 0; side < 2; ++side)
	{
		const Vec3 offset = toe_offset(poses, side, fitted.leg_scale);
		const Mat3& ankle = bind[fitted.bone(joint::kAnkle[side])];
		fitted.toes[side] = ankle.transposed() * (fitted.to_front.transposed() * offset);
		fitted.toe_heights[side] = fitted.ankle_heights[side] + offset.y;
	}
}

int carrier_of(const Rig& rig, const BoneOfJoint& bones)
{
	int carrier = bones[static_cast<std::size_t>(joint::kPelvis)];
	const auto hangs_on = [&](int bone) { return bone < 0 || rig.is_below(bone, carrier); };
	while (!std::all_of(bones.begin(), bones.end(), hangs_on))
	{
		carrier = rig.parents[static_cast<std::size_t>(carrier)];
		if (carrier < 0)
		{
			break;
		}
	}
	return carrier;
}

} // namespace

Result<FittedRig> fit_rig(Rig rig, const RigMap& map, const RestJoints& rest_joints)
{
	if (std::string fault = fault_of_rig(rig); !fault.empty())
	{
		return Error{ErrorKind::invalid, std::move(fault)};
	}
	const Result<BoneOfJoint> found = bones_of_map(map, rig);
	if (!found)
	{
		return found.error();
	}
	FittedRig fitted;
	fitted.bones = *found;
	fitted.rest_joints = rest_joints;
	fitted.carrier = carrier_of(rig, fitted.bones);
	if (fitted.carrier < 0)
	{
		return Error{ErrorKind::invalid, "Expected mapped bones that hang on one root, these have none in common: mend the map."};
	}
	const std::size_t count = rig.names.size();
	std::vector<Mat3> bind(count);
	std::transform(rig.bind_rotations.begin(), rig.bind_rotations.end(), bind.begin(), matrix_from_quaternion);
	fitted.to_front = matrix_about_y(-facing_yaw(rig, fitted.bones));
	fitted.joint_of_bone.assign(count, -1);
	Poses poses{fitted.bones, {}, rest_joints};
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		if (fitted.bones[index] >= 0)
		{
			const std::size_t bone = static_cast<std::size_t>(fitted.bones[index]);
			fitted.joint_of_bone[bone] = static_cast<int>(index);
			poses.placed[index] = fitted.to_front * rig.bind_positions[bone];
		}
	}
	const Alignments aligned = alignments(poses);
	fitted.below.resize(count);
	for (std::size_t bone = 0; bone < count; ++bone)
	{
		const int parent = rig.parents[bone];
		const int of_joint = fitted.joint_of_bone[bone];
		const Mat3 to_front = fitted.to_front * bind[bone];
		fitted.references.push_back(of_joint < 0 ? to_front : aligned[static_cast<std::size_t>(of_joint)] * to_front);
		const Mat3 to_parent = parent < 0 ? Mat3{} : bind[static_cast<std::size_t>(parent)].transposed();
		const Vec3 origin = parent < 0 ? Vec3{} : rig.bind_positions[static_cast<std::size_t>(parent)];
		fitted.local_rotations.push_back(to_parent * bind[bone]);
		fitted.local_positions.push_back(to_parent * (rig.bind_positions[bone] - origin));
		for (int ancestor = static_cast<int>(bone); ancestor >= 0; ancestor = rig.parents[static_cast<std::size_t>(ancestor)])
		{
			fitted.below[static_cast<std::size_t>(ancestor)].push_back(bone);
		}
	}
	fitted.rig = std::move(rig);
	measure(fitted, poses, bind);
	return fitted;
}

} // namespace ponimator::retarget
