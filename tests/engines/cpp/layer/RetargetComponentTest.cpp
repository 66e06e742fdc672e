// Meshes follow the stream: where the component stands, how large it is drawn and who moves the actor change no pose.
#include "HumanSkeleton.h"

#include "PonimatorDuet.h"

using namespace stage;

namespace
{

const TSharedPtr<const Skeleton>& shared_skeleton()
{
	static const TSharedPtr<const Skeleton> held = [] {
		const TSharedRef<Skeleton> made = MakeShared<Skeleton>(human_skeleton());
		return TSharedPtr<const Skeleton>(made);
	}();
	return held;
}

/** Both bodies on their feet, away from each other; a turn of the root shows who turns what. */
Shown shown(double yaw, float x = 0.5f)
{
	Shown now;
	now.persons.emplace();
	for (std::size_t person = 0; person < 2; ++person)
	{
		ShownPerson& body = (*now.persons)[person];
		body.rotations[0] = {0.0f, static_cast<float>(std::sin(0.5 * yaw)), 0.0f, static_cast<float>(std::cos(0.5 * yaw))};
		body.rotations[18] = {0.0f, 0.0f, 0.38268f, 0.92388f};
		const float* rest = shared_skeleton()->rest_joints.data() + 3 * person * limits::kJointCount;
		const float sole = std::min(rest[3 * 10 + 1], rest[3 * 11 + 1]) - 0.027f;
		body.translation = {person == 0 ? x : x + 4.0f, -sole, 0.25f};
	}
	return now;
}

FTransform turned(double yaw, const FVector& place, double scale = 1.0)
{
	return {FQuat(0.0, 0.0, std::sin(0.5 * yaw), std::cos(0.5 * yaw)), place, FVector(scale, scale, scale)};
}

struct Two
{
	explicit Two(double asset_scale = 1.0) : first(*shared_skeleton(), 0, asset_scale), second(*shared_skeleton(), 1, asset_scale)
	{
	}

	void follow(const Shown& now, const FTransform& stage = FTransform())
	{
		FString fault;
		if (!duet.IsValid())
		{
			duet = FPonimatorDuet::Make(first.component, second.component, shared_skeleton(), fault);
		}
		CHECK_EQUAL(std::string(TCHAR_TO_UTF8(*fault)), "");
		if (duet.IsValid())
		{
			duet->Follow(now, 1.0f / 60.0f, stage);
		}
	}

	Mesh first, second;
	TSharedPtr<FPonimatorDuet> duet;
};

} // namespace

TEST(a_mesh_of_the_stream_s_own_proportions_stands_where_the_stream_does)
{
	Two two;
	const Shown now = shown(0.3);
	two.follow(now);
	const Mesh* meshes[] = {&two.first, &two.second};
	for (std::size_t person = 0; person < 2; ++person)
	{
		const retarget::SourceBody body = body_of(*shared_skeleton(), (*now.persons)[person], person);
		for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
		{
			const retarget::Vec3& place = body.positions[joint];
			CHECK_NEAR(apart(meshes[person]->place(joint), FVector(100 * place.x, 100 * place.z, 100 * place.y)), 0.0, 0.5);
		}
		CHECK_EQUAL(meshes[person]->component.standinRefreshes, 1);
	}
}

TEST(in_the_world_it_does_not_matter_where_the_component_stands)
{
	const FTransform stage = turned(0.7, FVector(300.0, -40.0, 10.0));
	Two here, there;
	there.first.component.standinTransform = turned(-1.1, FVector(-500.0, 20.0, 90.0));
	here.follow(shown(0.4), stage);
	there.follow(shown(0.4), stage);
	for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
	{
		CHECK_NEAR(apart(here.first.place(joint), there.first.place(joint)), 0.0, 0.01);
	}
}

TEST(a_mesh_that_is_drawn_larger_by_its_component_is_no_other_body)
{
	Two plain, scaled(0.5);
	scaled.first.component.standinTransform = turned(0.2, FVector(10.0, 0.0, 0.0), 2.0);
	scaled.second.component.standinTransform = turned(0.0, FVector(), 2.0);
	plain.follow(shown(0.4));
	scaled.follow(shown(0.4));
	for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
	{
		CHECK_NEAR(apart(plain.first.place(joint), scaled.first.place(joint)), 0.0, 0.05);
	}
	CHECK_NEAR(scaled.first.component.BoneSpaceTransforms[0].GetScale3D().X, 1.0, 1e-9);
}

TEST(in_place_the_body_stays_over_its_component_and_the_way_is_told)
{
	Two two;
	two.first.component.RootMotion = EPonimatorRootMotion::Delta;
	const FTransform actor = turned(1.0, FVector(50.0, 60.0, 0.0));
	two.first.component.standinTransform = actor;
	two.follow(shown(0.0, 0.5f));
	const FVector pelvis = two.first.place(0);
	CHECK_NEAR(std::hypot(pelvis.X - 50.0, pelvis.Y - 60.0), 0.0, 10.0);
	two.first.component.TakeRootMotion();

	two.follow(shown(0.0, 0.7f));
	CHECK_NEAR(apart(two.first.place(0), pelvis), 0.0, 0.01);
	const FTransform way = two.first.component.TakeRootMotion();
	// 20 cm to the left of a body that faces the wire's +Z: Unreal's +X.
	CHECK_NEAR(apart(way.GetTranslation(), FVector(20.0, 0.0, 0.0)), 0.0, 0.01);
	CHECK_NEAR(apart(two.first.component.TakeRootMotion().GetTranslation(), FVector()), 0.0, 1e-6);
}

TEST(a_component_at_the_root_shows_the_body_where_the_world_has_it)
{
	const FTransform stage = turned(0.7, FVector(300.0, -40.0, 10.0));
	Two world, in_place;
	in_place.first.component.RootMotion = EPonimatorRootMotion::InPlace;
	world.follow(shown(0.9), stage);
	in_place.follow(shown(0.9), stage);
	in_place.first.component.standinTransform = in_place.first.component.GetRoot();
	for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
	{
		CHECK_NEAR(apart(in_place.first.place(joint), world.first.place(joint)), 0.0, 0.01);
	}
}

TEST(the_pose_of_a_live_mesh_is_the_one_that_would_be_shown_so)
{
	const FTransform stage = turned(0.7, FVector(300.0, -40.0, 10.0));
	const Shown now = shown(0.4);
	Two two;
	two.first.component.standinTransform = turned(-1.1, FVector(-500.0, 20.0, 90.0));
	two.follow(now, stage);
	// The character's own mesh stands as the driven one does.
	USkinnedMeshComponent live;
	live.standinAsset = &two.first.asset;
	for (const FTransform& bone : composed(two.first.component.BoneSpaceTransforms, [&](int32 index) {
			 return two.first.asset.standinSkeleton.GetParentIndex(index);
		 }))
	{
		live.standinBones.Add(bone * two.first.component.GetComponentTransform());
	}
	CHECK(!two.duet->LivePoseOf(0, stage).has_value());
	two.first.component.LiveMesh = &live;
	const std::optional<Pose> pose = two.duet->LivePoseOf(0, stage);
	CHECK(pose.has_value());
	const ShownPerson& body = (*now.persons)[0];
	for (std::size_t joint = 0; pose && joint < limits::kBodyJointCount; ++joint)
	{
		const float* rotation = pose->rotations.data() + 4 * joint;
		const Quaternion& expected = body.rotations[joint];
		const double same = rotation[0] * expected.x + rotation[1] * expected.y + rotation[2] * expected.z + rotation[3] * expected.w;
		// Feet are set down flat; what hangs below a knee is not compared.
		if (joint != 4 && joint != 5 && joint != 7 && joint != 8 && joint != 1 && joint != 2)
		{
			CHECK_NEAR(std::fabs(same), 1.0, 1e-5);
		}
	}
	CHECK_NEAR(pose->translation[0], body.translation.x, 0.005);
	CHECK_NEAR(pose->translation[1], body.translation.y, 0.005);
	CHECK_NEAR(pose->translation[2], body.translation.z, 0.005);
	// A mesh of another skeleton tells nothing.
	USkinnedAsset other;
	live.standinAsset = &other;
	CHECK(!two.duet->LivePoseOf(0, stage).has_value());
}

TEST(what_a_mesh_lacks_is_said)
{
	Two two;
	two.first.component.JointBones.Add(FName(TEXT("left_knee")), FName(TEXT("no_such_bone")));
	FString fault;
	CHECK(!FPonimatorDuet::Make(two.first.component, two.second.component, shared_skeleton(), fault).IsValid());
	CHECK(std::string(TCHAR_TO_UTF8(*fault)).find("no_such_bone") != std::string::npos);
	CHECK(two.first.component.GetFault() == fault);
	CHECK(two.second.component.GetFault().IsEmpty());

	UPonimatorRetargetComponent bare;
	CHECK(!bare.GetFault().IsEmpty());
}

int main() { return check::run_all(); }
