#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "PonimatorTypes.h"

#include "PonimatorComponent.generated.h"

class AActor;
class FPonimatorDuet;
class FPonimatorSession;
class ILiveLinkSource;
struct FPonimatorEvent;

/** An interaction has come to this state; the message says why, where something went wrong. */
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FPonimatorInteractionDelegate, int64, Interaction, const FString&, Message);

/** The connection has come to this state; the message says why, where it was lost or refused. */
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(
	FPonimatorConnectionDelegate, EPonimatorConnection, Connection, const FString&, Message);

/**
 * A session of two characters: put it on the actor that stands where they meet.
 *
 * The session's origin is this actor, and its first character faces the actor's +Y. It runs from BeginPlay to EndPlay on
 * a thread of its own; the game never waits for it.
 */
UCLASS(ClassGroup = (Ponimator), meta = (BlueprintSpawnableComponent))
class PONIMATORSTREAMING_API UPonimatorComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UPonimatorComponent();

	/** The two actors, each with a Ponimator Retarget component; empty where only Live Link is used. */
	UPROPERTY(EditInstanceOnly, BlueprintReadWrite, Category = "Ponimator")
	TObjectPtr<AActor> FirstCharacter = nullptr;

	UPROPERTY(EditInstanceOnly, BlueprintReadWrite, Category = "Ponimator")
	TObjectPtr<AActor> SecondCharacter = nullptr;

	/** The names of the two Live Link subjects, and of the characters on the server. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	FName FirstName = FName(TEXT("Ann"));

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	FName SecondName = FName(TEXT("Ben"));

	/** The server's control lane; empty: the one of the project settings. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	FString Endpoint;

	/** Makes the two characters Live Link subjects, too. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	bool bLiveLink = false;

	/** Whether the characters meet where their actors stand; otherwise around this component's actor. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Ponimator")
	bool bStandWhereActorsStand = true;

	/**
	 * Asks for an interaction; what becomes of it is told by the delegates.
	 *
	 * @param Text What the two do, as "two people shake hands".
	 * @param DurationSeconds How long; 0 or less: until cancelled.
	 * @param BlendInSeconds How long the way from what they do now takes.
	 * @param Seed The same seed makes the same motion; negative: the server's choice.
	 * @return Whether the session runs, so that it is asked at all.
	 */
	UFUNCTION(BlueprintCallable, Category = "Ponimator")
	bool Interact(const FString& Text, float DurationSeconds = 6.0f, float BlendInSeconds = 0.3f, int32 Seed = -1);

	/** Ends what plays. */
	UFUNCTION(BlueprintCallable, Category = "Ponimator")
	bool Cancel(float BlendOutSeconds = 0.3f);

	UFUNCTION(BlueprintPure, Category = "Ponimator")
	FPonimatorCounters GetCounters() const;

	UFUNCTION(BlueprintPure, Category = "Ponimator")
	EPonimatorConnection GetConnection() const;

	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnAccepted;

	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnPlaying;

	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnFinished;

	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnCancelled;

	/** The server generates too slowly: the motion is held, and goes on when frames come. */
	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnLate;

	/** Refused, failed or lost; the message begins with the protocol's code. */
	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorInteractionDelegate OnFailed;

	UPROPERTY(BlueprintAssignable, Category = "Ponimator")
	FPonimatorConnectionDelegate OnConnection;

	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type Reason) override;
	virtual void TickComponent(
		float DeltaSeconds, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

private:
	void Hear(const FPonimatorEvent& Event);
	FTransform StageToWorld() const;

	TSharedPtr<FPonimatorSession> Session;
	TSharedPtr<FPonimatorDuet> Duet;
	/** Said once, not in every frame. */
	FString DuetFault;
	TSharedPtr<ILiveLinkSource> LiveLinkSource;
	FDelegateHandle Hearing;
};
