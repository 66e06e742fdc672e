#pragma once

#include "CoreMinimal.h"

#include "PonimatorTypes.generated.h"

DECLARE_LOG_CATEGORY_EXTERN(LogPonimator, Log, All);

/** How a session trades quality for time. */
UENUM(BlueprintType)
enum class EPonimatorProfile : uint8
{
	LowLatency,
	Balanced,
	Quality,
};

/** What becomes of a character's way through the world. */
UENUM(BlueprintType)
enum class EPonimatorRootMotion : uint8
{
	/** The mesh stands where the stream says, wherever its actor is. */
	World,
	/** The mesh stays over its component; only its height follows. */
	InPlace,
	/** As InPlace, and the way since the last frame is given to the game: GetRootMotion. */
	Delta,
};

/** Where the connection stands. */
UENUM(BlueprintType)
enum class EPonimatorConnection : uint8
{
	Stopped,
	Connecting,
	Connected,
	/** It cannot be had by trying again: another protocol, wrong keys, no library. */
	Failed,
};

/** What the client counted since it was started. */
USTRUCT(BlueprintType)
struct FPonimatorCounters
{
	GENERATED_BODY()

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Blocks = 0;

	/** Blocks that brought nothing new. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Doubles = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Gaps = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Resends = 0;

	/** Frames that came after they had to be shown. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 LateFrames = 0;

	/** How often the motion had to be carried on without a frame. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Holds = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double HeldSeconds = 0.0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 BadMessages = 0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	int64 Reconnections = 0;

	/** How much later than the server's clock the buffer plays. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double DelaySeconds = 0.0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double JitterSeconds = 0.0;

	/** Frames that stand ready after the one shown. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double BufferedSeconds = 0.0;

	/** The server's clock, less this machine's. */
	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double ClockOffsetSeconds = 0.0;

	UPROPERTY(BlueprintReadOnly, Category = "Ponimator")
	double RoundTripSeconds = 0.0;
};
