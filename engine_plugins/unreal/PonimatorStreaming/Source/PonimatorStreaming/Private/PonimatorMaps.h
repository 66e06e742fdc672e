// Which bone of a skeleton is which joint: what the user set, a preset file, or a proposal.
#pragma once

#include "Core/Retargeting/Rig.h"
#include "CoreMinimal.h"

namespace PonimatorMaps
{

/** The map that counts: `JointBones` where it says anything, else the preset or proposal that names the most joints. */
ponimator::retarget::RigMap MapOf(const TMap<FName, FName>& JointBones, const ponimator::retarget::Rig& Rig);

/** The preset or proposal that names the most joints of a rig. */
ponimator::retarget::RigMap BestMap(const ponimator::retarget::Rig& Rig);

} // namespace PonimatorMaps
