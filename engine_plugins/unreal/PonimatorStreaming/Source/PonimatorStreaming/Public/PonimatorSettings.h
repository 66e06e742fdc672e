#pragma once

#include "Engine/DeveloperSettings.h"
#include "PonimatorTypes.h"

#include "PonimatorSettings.generated.h"

/** Project Settings → Plugins → Ponimator Streaming. What a component leaves empty is taken from here. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "Ponimator Streaming"))
class PONIMATORSTREAMING_API UPonimatorSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	virtual FName GetCategoryName() const override { return FName(TEXT("Plugins")); }

	/** The control lane of the server, as `ponimator serve` prints it. */
	UPROPERTY(Config, EditAnywhere, Category = "Server")
	FString Endpoint = FString(TEXT("tcp://127.0.0.1:7740"));

	/** The server's public key file (NAME.key); empty: no encryption. Relative to the project, or absolute. */
	UPROPERTY(Config, EditAnywhere, Category = "Server")
	FString ServerKeyFile;

	/**
	 * The key file of this client (NAME.key_secret), made by `ponimator keys`. Relative to the project, or absolute.
	 * Only its path is kept in the project's settings: a secret in them would go into every package.
	 */
	UPROPERTY(Config, EditAnywhere, Category = "Server")
	FString ClientKeyFile;

	UPROPERTY(Config, EditAnywhere, Category = "Session")
	EPonimatorProfile Profile = EPonimatorProfile::Balanced;

	/** Frames per second on the wire; what is shown is interpolated between them. */
	UPROPERTY(Config, EditAnywhere, Category = "Session", meta = (ClampMin = "10", ClampMax = "120"))
	int32 RateHz = 30;
};
