#pragma once

#include "CoreMinimal.h"
#include "LiveLinkSourceFactory.h"

#include "PonimatorLiveLinkSourceFactory.generated.h"

/** Live Link → Add Source → Ponimator; it is in the runtime module, so that Live Link presets work in packaged games. */
UCLASS()
class PONIMATORSTREAMING_API UPonimatorLiveLinkSourceFactory : public ULiveLinkSourceFactory
{
	GENERATED_BODY()

public:
	virtual FText GetSourceDisplayName() const override;
	virtual FText GetSourceTooltip() const override;
	virtual EMenuType GetMenuType() const override { return EMenuType::MenuEntry; }

	/** A connection string is "endpoint;first name;second name"; what is missing is taken from the project settings. */
	virtual TSharedPtr<ILiveLinkSource> CreateSource(const FString& ConnectionString) const override;
};
