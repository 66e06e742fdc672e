#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleManager.h"
#include "PonimatorTypes.h"

class FPonimatorSession;

/** Owns what all sessions share: where the plugin lies, and which sessions run. Game thread only. */
class PONIMATORSTREAMING_API FPonimatorStreamingModule : public IModuleInterface
{
public:
	static FPonimatorStreamingModule& Get()
	{
		return FModuleManager::LoadModuleChecked<FPonimatorStreamingModule>(TEXT("PonimatorStreaming"));
	}

	virtual void StartupModule() override;
	virtual void ShutdownModule() override;

	/**
	 * The session of two characters on a server: one that runs already, or a new one.
	 *
	 * A component and a Live Link source that name the same two characters so play the same motion. It ends with the
	 * last who holds it. An empty endpoint means the one of the project settings.
	 */
	TSharedRef<FPonimatorSession> SessionOf(const FString& Endpoint, FName FirstName, FName SecondName);

	/** The plugin's file at a path relative to its folder. */
	FString FileOf(const FString& Path) const { return BaseDir / Path; }

private:
	struct FRunning
	{
		/** Endpoint and names. */
		FString Key;
		TWeakPtr<FPonimatorSession> Session;
	};

	FString BaseDir;
	TArray<FRunning> Running;
};
