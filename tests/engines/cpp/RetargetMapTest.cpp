// Maps as text, what is wrong with a map or a rig, and the way back from a rig to a trigger's pose.
#include "Check.h"
#include "GoldenFiles.h"

#include "Core/Retargeting/BoneNames.h"
#include "Core/Retargeting/LivePose.h"
#include "Core/Retargeting/MapText.h"
#include "Core/Retargeting/Posing.h"
#include "Core/Retargeting/Proposal.h"

#include <filesystem>
#include <functional>

using namespace ponimator;
using namespace ponimator::retarget;

namespace
{

bool contains(const std::string& words, const std::string& part) { return words.find(part) != std::string::npos; }

/** A rig whose bones are the joints, called so, in a line. */
Rig rig_of_joints()
{
	Rig rig;
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		rig.names.emplace_back(kJointNames[index]);
		rig.parents.push_back(kJointParents[index]);
		rig.bind_rotations.push_back({});
		rig.bind_positions.push_back({0.01 * static_cast<double>(index), 1.0, 0.0});
	}
	return rig;
}

RigMap map_of_joints()
{
	RigMap map;
	for (const std::string_view name : kJointNames)
	{
		map.emplace(name, name);
	}
	return map;
}

std::string error_of_map(const RigMap& map)
{
	const Result<BoneOfJoint> bones = bones_of_map(map, rig_of_joints());
	return bones ? "" : bones.error().message;
}

} // namespace

TEST(a_map_comes_back_from_its_text)
{
	RigMap map = map_of_joints();
	map["left_hip"] = "a \"bone\" with \\ and # in it";
	const Result<RigMap> back = map_from_text(text_from_map(map));
	CHECK(back && *back == map);
	CHECK_EQUAL(text_from_map({}), "");
}

TEST(comments_and_both_quotes_are_read)
{
	const Result<RigMap> map = map_from_text("# ours\r\n\n  pelvis = 'Hips' # the root\r\nneck=\"Neck\"");
	CHECK(map && *map == (RigMap{{"pelvis", "Hips"}, {"neck", "Neck"}}));
}

TEST(a_line_that_is_no_map_is_told_by_its_number)
{
	for (const char* wrong : {"pelvis", "pelvis = Hips", "pelvis = \"Hips", "= \"Hips\"", "pelvis = \"Hips\" x", "head = \"H\"", "[joints]",
							  "tail = \"Tail\"", "pelvis = \"\""})
	{
		const Result<RigMap> map = map_from_text(std::string("head = \"Head\"\n") + wrong + "\n");
		CHECK(!map && contains(map.error().message, "line 2"));
	}
}

TEST(a_preset_takes_what_the_rig_has_whatever_stands_before_a_colon)
{
	const RigMap preset = {{"pelvis", "mixamorig:Hips"}, {"neck", "Neck"}, {"head", "Head"}};
	const RigMap fitted = fitted_preset(preset, {"Armature", "other:Hips", "x:Neck"});
	CHECK(fitted == (RigMap{{"pelvis", "other:Hips"}, {"neck", "x:Neck"}}));
	CHECK(rated_map(map_of_joints()).missing.empty());
	CHECK_NEAR(rated_map(map_of_joints()).score, 1.0, 1e-12);
	CHECK(rated_map(fitted).score < rated_map(preset).score);
}

TEST(every_preset_is_read_and_names_all_needed_joints)
{
	const std::string folder = std::string(PONIMATOR_REPOSITORY) + "/runtime/ponimator_runtime/rigs/presets";
	int count = 0;
	for (const auto& entry : std::filesystem::directory_iterator(folder))
	{
		const Bytes bytes = golden::bytes_of_file(entry.path().string());
		const Result<RigMap> map = map_from_text(std::string(bytes.begin(), bytes.end()));
		CHECK_EQUAL(map ? "" : entry.path().string() + ": " + map.error().message, "");
		if (map)
		{
			++count;
			for (const std::string& line : rated_map(*map).missing)
			{
				CHECK(contains(line, "(optional)"));
			}
		}
	}
	CHECK(count > 0);
}

TEST(a_map_that_fits_no_rig_says_why)
{
	CHECK_EQUAL(error_of_map(map_of_joints()), "");
	RigMap map = map_of_joints();
	map["tail"] = "pelvis";
	CHECK(contains(error_of_map(map), "'tail'"));
	map = map_of_joints();
	map["jaw"] = "Jaw";
	CHECK(contains(error_of_map(map), "'Jaw'"));
	map = map_of_joints();
	map["jaw"] = "head";
	CHECK(contains(error_of_map(map), "head and for jaw"));
	map = map_of_joints();
	map.erase("left_knee");
	CHECK(contains(error_of_map(map), "left_knee"));
	map = map_of_joints();
	std::swap(map["left_knee"], map["left_hip"]);
	CHECK(contains(error_of_map(map), "left_knee to hang on left_hip"));
	// Fingers and face may be missing.
	map = map_of_joints();
	map.erase("jaw");
	map.erase("left_index1");
	CHECK_EQUAL(error_of_map(map), "");
}

TEST(what_is_no_rig_is_refused)
{
	const std::function<void(Rig&)> faults[] = {
		[](Rig& rig) { rig.parents.pop_back(); },
		[](Rig& rig) { rig.parents[3] = 3; },
		[](Rig& rig) { rig.names[3] = rig.names[4]; },
		[](Rig& rig) { rig.bind_rotations[3] = {0.0, 0.0, 0.0, 0.0}; },
		[](Rig& rig) { rig.bind_positions[3].y = std::nan(""); },
	};
	CHECK_EQUAL(fault_of_rig(rig_of_joints()), "");
	for (const auto& fault : faults)
	{
		Rig rig = rig_of_joints();
		fault(rig);
		CHECK(!fault_of_rig(rig).empty());
		CHECK(!fit_rig(std::move(rig), map_of_joints(), {}));
	}
}

TEST(names_are_read_as_words_and_a_side)
{
	const auto words = [](const char* name) {
		const BoneName read = read_bone_name(name);
		return read.side + ":" + read.joined();
	};
	CHECK_EQUAL(words("mixamorig:LeftUpLeg"), "left:upleg");
	CHECK_EQUAL(words("thigh_l"), "left:thigh");
	CHECK_EQUAL(words("Bip01 R UpperArm"), "right:upperarm");
	CHECK_EQUAL(words("DEF-forearm.L.001"), "left:forearm");
	CHECK_EQUAL(words("J_Bip_R_LowerLeg"), "right:lowerleg");
	CHECK_EQUAL(words("IKHandL"), "left:ikhand");
	CHECK_EQUAL(words(""), ":");
	CHECK(read_bone_name("upperarm_twist_01_l").is_helper());
}

TEST(no_rig_at_all_gets_no_map)
{
	CHECK(propose_map({}, {}).map.empty());
	CHECK(propose_map({"Cube", "Lamp"}, {-1, -1}).map.empty());
	CHECK_NEAR(propose_map({"Cube"}, {-1}).score, 0.0, 0.0);
}

TEST(the_pose_of_a_rig_leads_back_to_the_body_that_made_it)
{
	RestJoints rest;
	Rig rig = rig_of_joints();
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		// A body that stands: limbs down and sideways, so that nothing is straight up.
		const double side = kJointNames[index].substr(0, 4) == "left" ? 0.1 : kJointNames[index].substr(0, 5) == "right" ? -0.1 : 0.0;
		const int parent = kJointParents[index];
		const Vec3 from = parent < 0 ? Vec3{0.0, 1.0, 0.0} : rest[static_cast<std::size_t>(parent)];
		const bool is_leg = index == 1 || index == 2 || index == 4 || index == 5 || index == 7 || index == 8;
		// Fingers side by side: a palm is a plane.
		const double spread = index > 24 ? 0.01 * static_cast<double>((index - 25) % 15) - 0.06 : 0.01;
		const Vec3 step = is_leg ? Vec3{side * (parent == 0 ? 1.0 : 0.1), parent == 0 ? -0.1 : -0.4, 0.02} : Vec3{1.5 * side, 0.08, spread};
		rest[index] = parent < 0 ? from : from + step;
		rig.bind_positions[index] = rest[index];
	}
	const auto fitted = fit_rig(rig, map_of_joints(), rest);
	CHECK_EQUAL(fitted ? "" : fitted.error().message, "");
	if (!fitted)
	{
		return;
	}
	BodyFrame frame;
	frame.translation = {0.3, 0.02, -0.7};
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		const double angle = 0.3 * std::sin(static_cast<double>(index));
		frame.rotations[index] = quaternion_from_matrix(matrix_from_rotation_vector({angle, 0.5 * angle, -angle}));
	}
	const Posed posed = body_posed(*fitted, SourceBody::of_frame(frame, rest), 0.0, {});
	const Pose pose = live_pose(*fitted, {posed.rotations, {posed.place(joint::kHip[0]), posed.place(joint::kHip[1])}}, 0.0);
	for (std::size_t index = 0; index < limits::kBodyJointCount; ++index)
	{
		const Quat& given = frame.rotations[index];
		const float* back = pose.rotations.data() + 4 * index;
		CHECK_NEAR(std::fabs(given.x * back[0] + given.y * back[1] + given.z * back[2] + given.w * back[3]), 1.0, 1e-6);
	}
	CHECK_NEAR(pose.translation[0], 0.3, 1e-4);
	CHECK_NEAR(pose.translation[1], 0.02, 1e-4);
	CHECK_NEAR(pose.translation[2], -0.7, 1e-4);
}

int main() { return check::run_all(); }
