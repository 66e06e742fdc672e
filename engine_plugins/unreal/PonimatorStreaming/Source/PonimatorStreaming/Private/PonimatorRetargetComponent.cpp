#include "PonimatorRetargetComponent.h"

#include "Engine/SkinnedAsset.h"
#include "PonimatorDuet.h"
#include "PonimatorFrames.h"
#include "PonimatorMaps.h"
#include "PonimatorRigs.h"

void UPonimatorRetargetComponent::ProposeJointBones()
{
	if (GetSkinnedAsset() == nullptr)
	{
		UE_LOG(LogPonimator, Warning, TEXT("Expected a skeletal mesh to propose bones for, this component has none."));
		return;
	}
	const ponimator::retarget::Rig Rig = PonimatorRigs::RigOf(GetSkinnedAsset()->GetRefSkeleton(), 1.0);
	Modify();
	JointBones.Reset();
	for (const auto& [Joint, Bone] : PonimatorMaps::BestMap(Rig))
	{
		JointBones.Add(FName(UTF8_TO_TCHAR(Joint.c_str())), FName(UTF8_TO_TCHAR(Bone.c_str())));
	}
	const FString Fault = GetFault();
	if (!Fault.IsEmpty())
	{
		UE_LOG(LogPonimator, Warning, TEXT("%s"), *Fault);
	}
}

FString UPonimatorRetargetComponent::GetFault() const
{
	if (GetSkinnedAsset() == nullptr)
	{
		return FString(TEXT("Expected a skeletal mesh, this component has none."));
	}
	const ponimator::retarget::Rig Rig = PonimatorRigs::RigOf(GetSkinnedAsset()->GetRefSkeleton(), 1.0);
	const auto Bones = ponimator::retarget::bones_of_map(PonimatorMaps::MapOf(JointBones, Rig), Rig);
	return Bones ? FString() : FString(UTF8_TO_TCHAR(Bones.error().message.c_str()));
}

FTransform UPonimatorRetargetComponent::TakeRootMotion()
{
	const FTransform Way = Root.GetRelativeTransform(RootTaken);
	RootTaken = Root;
	return Way;
}

void UPonimatorRetargetComponent::Follow(const FPonimatorPosedCharacter& Character, const FTransform& StageToWorld)
{
	using namespace ponimator::retarget;
	Root = FTransform(
			   PonimatorFrames::RotationToUnreal(
				   quaternion_from_matrix(Character.Root.world_from_actor(*Character.Body.fitted))),
			   PonimatorFrames::ToUnreal(Character.Root.position)) *
		StageToWorld;
	if (!bHasRoot)
	{
		RootTaken = Root;
		bHasRoot = true;
	}
	const bool bInWorld = RootMotion == EPonimatorRootMotion::World;
	const RootedPose Pose =
		rooted(Character.Body, Character.Root, bInWorld ? RootMode::world : RootMode::in_place, nullptr);
	const FTransform& Component = GetComponentTransform();
	const FTransform Actor = bInWorld ? StageToWorld : FTransform(Component.GetRotation(), Component.GetTranslation());
	PonimatorRigs::SetPose(*this, Pose.pose, Actor.GetRelativeTransform(Component));
}
