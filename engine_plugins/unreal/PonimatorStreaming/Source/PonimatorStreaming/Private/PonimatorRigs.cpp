#include "PonimatorRigs.h"

#include "Components/PoseableMeshComponent.h"
#include "Engine/SkinnedAsset.h"
#include "PonimatorFrames.h"
#include "ReferenceSkeleton.h"

namespace PonimatorRigs
{
namespace
{

/** Of the reference pose, from each bone to the component. */
TArray<FTransform> ComponentSpace(const FReferenceSkeleton& Skeleton)
{
	TArray<FTransform> Bones = Skeleton.GetRefBonePose();
	for (int32 Bone = 0; Bone < Bones.Num(); ++Bone)
	{
		const int32 Parent = Skeleton.GetParentIndex(Bone);
		if (Parent != INDEX_NONE)
		{
			Bones[Bone] = Bones[Bone] * Bones[Parent];
		}
	}
	return Bones;
}

} // namespace

ponimator::retarget::Rig RigOf(const FReferenceSkeleton& Skeleton, double ComponentScale)
{
	ponimator::retarget::Rig Rig;
	const TArray<FTransform> Bones = ComponentSpace(Skeleton);
	for (int32 Bone = 0; Bone < Bones.Num(); ++Bone)
	{
		Rig.names.emplace_back(TCHAR_TO_UTF8(*Skeleton.GetBoneName(Bone).ToString()));
		Rig.parents.push_back(Skeleton.GetParentIndex(Bone));
		Rig.bind_rotations.push_back(PonimatorFrames::RotationToWire(Bones[Bone].GetRotation()));
		Rig.bind_positions.push_back(PonimatorFrames::ToWire(Bones[Bone].GetTranslation() * ComponentScale));
	}
	return Rig;
}

void SetPose(UPoseableMeshComponent& Mesh, const ponimator::retarget::RigPose& Pose, const FTransform& Placement)
{
	const FReferenceSkeleton& Skeleton = Mesh.GetSkinnedAsset()->GetRefSkeleton();
	const TArray<FTransform>& Reference = Skeleton.GetRefBonePose();
	const TArray<FTransform> Bind = ComponentSpace(Skeleton);
	const double ComponentScale = Mesh.GetComponentTransform().GetScale3D().X;
	const int32 Count = static_cast<int32>(Pose.rotations.size());
	// Unreal allocates them when the mesh is registered; a mesh that was exchanged meanwhile has others.
	if (Mesh.BoneSpaceTransforms.Num() != Count || Reference.Num() != Count)
	{
		return;
	}
	for (int32 Bone = 0; Bone < Count; ++Bone)
	{
		const int32 Parent = Skeleton.GetParentIndex(Bone);
		FVector Position = Reference[Bone].GetTranslation();
		if (Bone == Pose.carrier)
		{
			const double ParentScale = Parent == INDEX_NONE ? 1.0 : Bind[Parent].GetScale3D().X;
			Position = PonimatorFrames::ToUnreal(Pose.carrier_position) * (1.0 / (ComponentScale * ParentScale));
		}
		FTransform Local(PonimatorFrames::RotationToUnreal(Pose.rotations[static_cast<size_t>(Bone)]), Position);
		if (Parent == INDEX_NONE)
		{
			Local = FTransform(Local.GetRotation(), Local.GetTranslation() * ComponentScale) * Placement;
		}
		Local.SetScale3D(Reference[Bone].GetScale3D());
		Mesh.BoneSpaceTransforms[Bone] = Local;
	}
	Mesh.MarkRefreshTransformDirty();
}

std::optional<ponimator::retarget::LiveRig> LiveRigOf(
	const USkinnedMeshComponent& Mesh, const ponimator::retarget::FittedRig& Fitted, const FTransform& StageToWorld)
{
	std::vector<FTransform> Bones;
	ponimator::retarget::LiveRig Live;
	for (const std::string& Name : Fitted.rig.names)
	{
		const int32 Bone = Mesh.GetBoneIndex(FName(UTF8_TO_TCHAR(Name.c_str())));
		if (Bone == INDEX_NONE)
		{
			return std::nullopt;
		}
		Bones.push_back(Mesh.GetBoneTransform(Bone).GetRelativeTransform(StageToWorld));
		Live.rotations.push_back(
			ponimator::retarget::matrix_from_quaternion(PonimatorFrames::RotationToWire(Bones.back().GetRotation())));
	}
	for (size_t Side = 0; Side < 2; ++Side)
	{
		const FTransform& Hip = Bones[Fitted.bone(ponimator::retarget::joint::kHip[Side])];
		Live.hips[Side] = PonimatorFrames::ToWire(Hip.GetTranslation());
	}
	return Live;
}

} // namespace PonimatorRigs
