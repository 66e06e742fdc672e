#pragma once

#include "Components/PoseableMeshComponent.h"
#include "CoreMinimal.h"
#include "PonimatorTypes.h"

#include "PonimatorRetargetComponent.generated.h"

class USkinnedMeshComponent;
struct FPonimatorPosedCharacter;

/**
 * A skeletal mesh that follows one character of a session, whatever its proportions.
 *
 * It is a poseable mesh, so it needs no Animation Blueprint, runs in a packaged game as in the editor, and is written to
 * in one place. Who wants to blend the motion into an Animation Blueprint takes the session's Live Link subjects instead.
 */
UCLASS(ClassGroup = (Ponimator), meta = (BlueprintSpawnableComponent))
class PONIMATORSTREAMING_API UPonimatorRetargetComponent : public UPoseableMeshComponent
{
	GENERATED_BODY()

public:
	/** Bone by SMPL-X joint. Empty: the preset that fits the skeleton, or what its bones' names propose. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	TMap<FName, FName> JointBones;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	EPonimatorRootMotion RootMotion = EPonimatorRootMotion::World;

	/**
	 * The mesh that plays the character's own animation, with the same skeleton: an interaction begins in its pose.
	 *
	 * Without one it begins with a body that stands where the actor does.
	 */
	UPROPERTY(BlueprintReadWrite, Transient, Category = "Ponimator")
	TObjectPtr<USkinnedMeshComponent> LiveMesh = nullptr;

	/** Fills JointBones for the skeleton of this mesh; says in the log what it could not find. */
	UFUNCTION(BlueprintCallable, CallInEditor, Category = "Ponimator")
	void ProposeJointBones();

	/** What keeps this mesh from being driven; empty where nothing does. */
	UFUNCTION(BlueprintCallable, Category = "Ponimator")
	FString GetFault() const;

	/** The way of the character since this was asked last: put before the component's transform it moves it along. */
	UFUNCTION(BlueprintCallable, Category = "Ponimator")
	FTransform TakeRootMotion();

	/** Where a component stands in the world that shows the character, in place, where the stream has it. */
	UFUNCTION(BlueprintPure, Category = "Ponimator")
	FTransform GetRoot() const { return Root; }

	/** Poses the mesh; `StageToWorld` is where the session's origin stands. Called by the Ponimator component. */
	void Follow(const FPonimatorPosedCharacter& Character, const FTransform& StageToWorld);

private:
	FTransform Root;
	/** As TakeRootMotion has told it. */
	FTransform RootTaken;
	bool bHasRoot = false;
};
