// Two meshes that follow the two characters of a session: the core's retargeter beside Unreal's components.
#pragma once

#include "Core/Playout/PlayoutBuffer.h"
#include "Core/Retargeting/Pair.h"
#include "Core/Wire/Requests.h"
#include "CoreMinimal.h"

class UPonimatorRetargetComponent;
class USkinnedAsset;

/** One character in one frame, as the retarget component takes it. */
struct FPonimatorPosedCharacter
{
	const ponimator::retarget::Posed& Body;
	const ponimator::retarget::GroundRoot& Root;
};

/** Made for two meshes and one skeleton of the stream; another of them needs another duet. */
class FPonimatorDuet
{
public:
	/** The pair, or why a mesh cannot be driven. */
	static TSharedPtr<FPonimatorDuet> Make(
		UPonimatorRetargetComponent& First, UPonimatorRetargetComponent& Second,
		const TSharedPtr<const ponimator::Skeleton>& Skeleton, FString& OutFault);

	explicit FPonimatorDuet(std::array<ponimator::retarget::FittedRig, 2> Fitted) : Retargeter(std::move(Fitted)) {}

	/** Poses both meshes as shown. */
	void Follow(const ponimator::Shown& Shown, float DeltaSeconds, const FTransform& StageToWorld);

	/** The pose that a character's own animation has now; none without a mesh that plays it. */
	std::optional<ponimator::Pose> LivePoseOf(size_t Person, const FTransform& StageToWorld) const;

	/** Whether it was made for these. */
	bool IsFor(
		const UPonimatorRetargetComponent* First, const UPonimatorRetargetComponent* Second,
		const TSharedPtr<const ponimator::Skeleton>& Skeleton) const;

private:
	ponimator::retarget::PairRetargeter Retargeter;
	std::array<TWeakObjectPtr<UPonimatorRetargetComponent>, 2> Meshes;
	std::array<const USkinnedAsset*, 2> Assets{};
	TSharedPtr<const ponimator::Skeleton> MadeFor;
};
