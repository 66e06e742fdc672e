// Unreal's skeletons as the core's rigs, and the core's poses on Unreal's bones.
#pragma once

#include "Core/Retargeting/LivePose.h"
#include "Core/Retargeting/Posing.h"
#include "CoreMinimal.h"

#include <optional>

class UPoseableMeshComponent;
class USkinnedMeshComponent;
struct FReferenceSkeleton;

namespace PonimatorRigs
{

/** The reference pose as it stands in the world, so with the component's scale. */
ponimator::retarget::Rig RigOf(const FReferenceSkeleton& Skeleton, double ComponentScale);

/**
 * Sets the bones of a mesh.
 *
 * @param Placement From the actor's space of the pose, in centimetres of the world, into the component's.
 */
void SetPose(UPoseableMeshComponent& Mesh, const ponimator::retarget::RigPose& Pose, const FTransform& Placement);

/** How a mesh stands now, in the session's space; none where it lacks one of the rig's bones. */
std::optional<ponimator::retarget::LiveRig> LiveRigOf(
	const USkinnedMeshComponent& Mesh, const ponimator::retarget::FittedRig& Fitted, const FTransform& StageToWorld);

} // namespace PonimatorRigs
