#include "PonimatorDuet.h"

#include "Engine/SkinnedAsset.h"
#include "PonimatorMaps.h"
#include "PonimatorRetargetComponent.h"
#include "PonimatorRigs.h"

namespace
{

using ponimator::retarget::kJointCount;

ponimator::retarget::RestJoints RestJointsOf(const ponimator::Skeleton& Skeleton, size_t Person)
{
	ponimator::retarget::RestJoints Joints;
	const float* Place = Skeleton.rest_joints.data() + Person * kJointCount * 3;
	for (size_t Joint = 0; Joint < kJointCount; ++Joint, Place += 3)
	{
		Joints[Joint] = {Place[0], Place[1], Place[2]};
	}
	return Joints;
}

ponimator::retarget::PairFrame FrameOf(const ponimator::Shown& Shown)
{
	ponimator::retarget::PairFrame Frame;
	for (size_t Person = 0; Person < 2; ++Person)
	{
		const ponimator::ShownPerson& From = (*Shown.persons)[Person];
		ponimator::retarget::BodyFrame& To = Frame.bodies[Person];
		for (size_t Joint = 0; Joint < kJointCount; ++Joint)
		{
			const ponimator::Quaternion& Rotation = From.rotations[Joint];
			To.rotations[Joint] = {Rotation.x, Rotation.y, Rotation.z, Rotation.w};
		}
		To.translation = {From.translation.x, From.translation.y, From.translation.z};
		Frame.foot_contacts[Person] = From.foot_contacts;
	}
	for (const ponimator::ShownContact& Contact : Shown.contacts)
	{
		Frame.touches.push_back({Contact.a, Contact.b, Contact.starts_in_s, Contact.ended_s});
	}
	return Frame;
}

} // namespace

TSharedPtr<FPonimatorDuet> FPonimatorDuet::Make(
	UPonimatorRetargetComponent& First, UPonimatorRetargetComponent& Second,
	const TSharedPtr<const ponimator::Skeleton>& Skeleton, FString& OutFault)
{
	const std::array<UPonimatorRetargetComponent*, 2> Meshes = {&First, &Second};
	std::array<ponimator::retarget::FittedRig, 2> Fitted;
	for (size_t Person = 0; Person < 2; ++Person)
	{
		const UPonimatorRetargetComponent& Mesh = *Meshes[Person];
		if (Mesh.GetSkinnedAsset() == nullptr)
		{
			OutFault = FString(TEXT("Expected a skeletal mesh on the Ponimator Retarget component, it has none."));
			return nullptr;
		}
		ponimator::retarget::Rig Rig = PonimatorRigs::RigOf(
			Mesh.GetSkinnedAsset()->GetRefSkeleton(), Mesh.GetComponentTransform().GetScale3D().X);
		const ponimator::retarget::RigMap Map = PonimatorMaps::MapOf(Mesh.JointBones, Rig);
		ponimator::Result<ponimator::retarget::FittedRig> Made =
			ponimator::retarget::fit_rig(std::move(Rig), Map, RestJointsOf(*Skeleton, Person));
		if (!Made)
		{
			OutFault = FString(UTF8_TO_TCHAR(Made.error().message.c_str()));
			return nullptr;
		}
		Fitted[Person] = std::move(*Made);
	}
	const TSharedRef<FPonimatorDuet> Duet = MakeShared<FPonimatorDuet>(std::move(Fitted));
	for (size_t Person = 0; Person < 2; ++Person)
	{
		Duet->Meshes[Person] = Meshes[Person];
		Duet->Assets[Person] = Meshes[Person]->GetSkinnedAsset();
	}
	Duet->MadeFor = Skeleton;
	return Duet;
}

bool FPonimatorDuet::IsFor(
	const UPonimatorRetargetComponent* First, const UPonimatorRetargetComponent* Second,
	const TSharedPtr<const ponimator::Skeleton>& Skeleton) const
{
	return Meshes[0].Get() == First && Meshes[1].Get() == Second && Assets[0] == First->GetSkinnedAsset() &&
		Assets[1] == Second->GetSkinnedAsset() && MadeFor.Get() == Skeleton.Get();
}

void FPonimatorDuet::Follow(const ponimator::Shown& Shown, float DeltaSeconds, const FTransform& StageToWorld)
{
	if (!Shown.persons)
	{
		return;
	}
	const ponimator::retarget::PairPosed Posed = Retargeter.follow(FrameOf(Shown), DeltaSeconds);
	for (size_t Person = 0; Person < 2; ++Person)
	{
		if (UPonimatorRetargetComponent* Mesh = Meshes[Person].Get())
		{
			Mesh->Follow({Posed.bodies[Person], Posed.roots[Person]}, StageToWorld);
		}
	}
}

std::optional<ponimator::Pose> FPonimatorDuet::LivePoseOf(size_t Person, const FTransform& StageToWorld) const
{
	const UPonimatorRetargetComponent* Mesh = Meshes[Person].Get();
	if (Mesh == nullptr || Mesh->LiveMesh == nullptr)
	{
		return std::nullopt;
	}
	const ponimator::retarget::FittedRig& Fitted = Retargeter.fitted(Person);
	const auto Live = PonimatorRigs::LiveRigOf(*Mesh->LiveMesh, Fitted, StageToWorld);
	return Live ? std::optional(ponimator::retarget::live_pose(Fitted, *Live, 0.0)) : std::nullopt;
}
