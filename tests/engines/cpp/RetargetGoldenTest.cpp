// The golden retargeting cases, made by the Python reference: fits, poses of every stage, roots, and proposed maps.
#include "Check.h"
#include "Golden.h"

#include "Core/Retargeting/Pair.h"
#include "Core/Retargeting/Proposal.h"

using golden::Json;
using namespace ponimator::retarget;

namespace
{

const Json& all()
{
	static const Json file = golden::json("retarget.json");
	return file;
}

double rotation_tolerance() { return all()["tolerances"]["rotation_rad"].get<double>(); }
double position_tolerance() { return all()["tolerances"]["position_m"].get<double>(); }

std::vector<double> numbers(const Json& array) { return array["data"].get<std::vector<double>>(); }

Vec3 vector_at(const std::vector<double>& values, std::size_t row = 0)
{
	return {values[3 * row], values[3 * row + 1], values[3 * row + 2]};
}

Quat quaternion_at(const std::vector<double>& values, std::size_t row = 0)
{
	return {values[4 * row], values[4 * row + 1], values[4 * row + 2], values[4 * row + 3]};
}

double angle_between(const Quat& a, const Quat& b)
{
	return norm(rotation_vector_from_matrix(matrix_from_quaternion(a).transposed() * matrix_from_quaternion(b)));
}

double distance(const Vec3& a, const Vec3& b) { return norm(a - b); }

FittedRig fitted_of(const Json& person)
{
	Rig rig;
	rig.names = person["bones"].get<std::vector<std::string>>();
	rig.parents = person["parents"].get<std::vector<int>>();
	const std::vector<double> rotations = numbers(person["bind_rotations_xyzw"]);
	const std::vector<double> positions = numbers(person["bind_positions"]);
	for (std::size_t bone = 0; bone < rig.names.size(); ++bone)
	{
		rig.bind_rotations.push_back(quaternion_at(rotations, bone));
		rig.bind_positions.push_back(vector_at(positions, bone));
	}
	rig.floor_height = person["floor_height"].get<double>();
	RestJoints rest;
	const std::vector<double> joints = numbers(person["rest_joints"]);
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		rest[index] = vector_at(joints, index);
	}
	auto fitted = fit_rig(std::move(rig), person["map"].get<RigMap>(), rest);
	CHECK_EQUAL(fitted ? "" : fitted.error().message, "");
	return fitted ? *fitted : FittedRig();
}

PairFrame frame_of(const Json& json)
{
	PairFrame frame;
	const std::vector<double> rotations = numbers(json["rotations_xyzw"]);
	const std::vector<double> translations = numbers(json["translations"]);
	const std::vector<double> feet = numbers(json["foot_contacts"]);
	for (std::size_t person = 0; person < 2; ++person)
	{
		for (std::size_t index = 0; index < kJointCount; ++index)
		{
			frame.bodies[person].rotations[index] = quaternion_at(rotations, person * kJointCount + index);
		}
		frame.bodies[person].translation = vector_at(translations, person);
		for (std::size_t point = 0; point < 4; ++point)
		{
			frame.foot_contacts[person][point] = feet[4 * person + point] != 0.0;
		}
	}
	for (const Json& touch : json["touches"])
	{
		frame.touches.push_back(
			{touch["joint_a"].get<int>(), touch["joint_b"].get<int>(), touch["begins_in_s"].get<double>(),
			 touch["ended_since_s"].get<double>()});
	}
	return frame;
}

void check_pose(const RigPose& pose, const Json& expected)
{
	const std::vector<double> rotations = numbers(expected["rotations_xyzw"]);
	CHECK_EQUAL(pose.rotations.size(), rotations.size() / 4);
	double worst = 0.0;
	for (std::size_t bone = 0; bone < pose.rotations.size(); ++bone)
	{
		worst = std::max(worst, angle_between(pose.rotations[bone], quaternion_at(rotations, bone)));
	}
	CHECK_NEAR(worst, 0.0, rotation_tolerance());
	CHECK_NEAR(distance(pose.carrier_position, vector_at(numbers(expected["carrier_position"]))), 0.0, position_tolerance());
	CHECK_NEAR(distance(pose.hips_position, vector_at(numbers(expected["hips_position"]))), 0.0, position_tolerance());
}

template <class Function>
void for_each_case(const Function& function)
{
	CHECK(!all()["cases"].empty());
	for (const Json& one : all()["cases"])
	{
		function(one);
	}
}

ByPerson<FittedRig> rigs_of(const Json& one) { return {fitted_of(one["persons"][0]), fitted_of(one["persons"][1])}; }

void check_stage(Stage stage, const char* name)
{
	for_each_case([&](const Json& one) {
		PairRetargeter retargeter(rigs_of(one), stage, one["floor"].get<double>(), one["approach"].get<bool>());
		const Json& expected = one["expected"]["stages"][name];
		CHECK_EQUAL(expected.size(), one["frames"].size());
		for (std::size_t frame = 0; frame < one["frames"].size(); ++frame)
		{
			const Json& given = one["frames"][frame];
			const PairPosed posed = retargeter.follow(frame_of(given), given["dt_s"].get<double>());
			check_pose(posed.bodies[0].local(), expected[frame][0]);
			check_pose(posed.bodies[1].local(), expected[frame][1]);
		}
	});
}

} // namespace

TEST(fits_are_the_reference_s)
{
	for_each_case([](const Json& one) {
		const ByPerson<FittedRig> rigs = rigs_of(one);
		for (std::size_t person = 0; person < 2; ++person)
		{
			const FittedRig& fitted = rigs[person];
			const Json& expected = one["expected"]["fits"][person];
			const double tolerance = position_tolerance();
			CHECK_EQUAL(fitted.carrier, expected["carrier"].get<int>());
			CHECK_NEAR(fitted.leg_scale, expected["leg_scale"].get<double>(), tolerance);
			CHECK_NEAR(fitted.body_scale, expected["body_scale"].get<double>(), tolerance);
			CHECK_NEAR(fitted.source_leg_length, expected["source_leg_length"].get<double>(), tolerance);
			for (std::size_t side = 0; side < 2; ++side)
			{
				CHECK_NEAR(fitted.arm_lengths[side], numbers(expected["arm_lengths"])[side], tolerance);
				CHECK_NEAR(fitted.hand_scales[side], numbers(expected["hand_scales"])[side], tolerance);
				CHECK_NEAR(fitted.ankle_heights[side], numbers(expected["ankle_heights"])[side], tolerance);
				CHECK_NEAR(fitted.source_ankle_heights[side], numbers(expected["source_ankle_heights"])[side], tolerance);
				CHECK_NEAR(fitted.toe_heights[side], numbers(expected["toe_heights"])[side], tolerance);
				CHECK_NEAR(distance(fitted.toes[side], vector_at(numbers(expected["toes"]), side)), 0.0, tolerance);
			}
			const std::vector<double> references = numbers(expected["references"]);
			CHECK_EQUAL(references.size(), 9 * fitted.references.size());
			for (std::size_t entry = 0; entry < references.size(); ++entry)
			{
				CHECK_NEAR(fitted.references[entry / 9].at[entry % 9], references[entry], rotation_tolerance());
			}
		}
	});
}

TEST(bodies_follow_as_the_reference) { check_stage(Stage::body, "body"); }
TEST(feet_stand_as_the_reference_s) { check_stage(Stage::feet, "feet"); }
TEST(hands_meet_as_the_reference_s) { check_stage(Stage::hands, "hands"); }

TEST(roots_and_hand_goals_are_the_reference_s)
{
	for_each_case([](const Json& one) {
		PairRetargeter retargeter(rigs_of(one), Stage::hands, one["floor"].get<double>(), one["approach"].get<bool>());
		const Json& expected = one["expected"];
		ByPerson<GroundRoot> before{};
		for (std::size_t frame = 0; frame < one["frames"].size(); ++frame)
		{
			const Json& given = one["frames"][frame];
			const PairPosed posed = retargeter.follow(frame_of(given), given["dt_s"].get<double>());
			for (std::size_t person = 0; person < 2; ++person)
			{
				const Json& root = expected["roots"][frame][person];
				CHECK_NEAR(distance(posed.roots[person].position, vector_at(numbers(root["position"]))), 0.0, position_tolerance());
				CHECK_NEAR(posed.roots[person].yaw_rad, root["yaw_rad"].get<double>(), rotation_tolerance());
				const RootedPose moved = rooted(
					posed.bodies[person], posed.roots[person], RootMode::delta, frame == 0 ? nullptr : &before[person]);
				const Json& motion = expected["root_motion"][frame][person];
				const std::size_t carrier = static_cast<std::size_t>(moved.pose.carrier);
				CHECK_NEAR(
					angle_between(moved.pose.rotations[carrier], quaternion_at(numbers(motion["carrier_rotation_xyzw"]))), 0.0,
					rotation_tolerance());
				CHECK_NEAR(
					distance(moved.pose.carrier_position, vector_at(numbers(motion["carrier_position"]))), 0.0, position_tolerance());
				CHECK_NEAR(distance(moved.pose.hips_position, vector_at(numbers(motion["hips_position"]))), 0.0, position_tolerance());
				CHECK_NEAR(distance(moved.move, vector_at(numbers(motion["move"]))), 0.0, position_tolerance());
				CHECK_NEAR(moved.turn_rad, motion["turn_rad"].get<double>(), rotation_tolerance());
				before[person] = posed.roots[person];
			}
			const Json& goals = expected["hand_goals"][frame];
			CHECK_EQUAL(posed.goals.size(), goals.size());
			std::size_t row = 0;
			for (const auto& [hand, goal] : posed.goals)
			{
				const Json& wanted = goals[row++];
				CHECK_EQUAL(hand.first, wanted["person"].get<std::size_t>());
				CHECK_EQUAL(hand.second, wanted["side"].get<std::size_t>());
				CHECK_NEAR(goal.weight, wanted["weight"].get<double>(), position_tolerance());
				CHECK_NEAR(distance(goal.place, vector_at(numbers(wanted["place"]))), 0.0, position_tolerance());
			}
		}
	});
}

TEST(proposed_maps_are_the_reference_s)
{
	CHECK(!all()["proposals"].empty());
	for (const Json& one : all()["proposals"])
	{
		const Proposal proposal =
			propose_map(one["bones"].get<std::vector<std::string>>(), one["parents"].get<std::vector<int>>());
		CHECK(proposal.map == one["map"].get<RigMap>());
		CHECK_NEAR(proposal.score, one["score"].get<double>(), 1e-5);
		CHECK_EQUAL(Json(proposal.missing).dump(), one["missing"].dump());
	}
}

int main() { return check::run_all(); }
