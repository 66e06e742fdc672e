#include "PonimatorLiveLinkSourceFactory.h"

#include "PonimatorComponent.h"
#include "PonimatorLiveLinkSource.h"
#include "PonimatorStreamingModule.h"

FText UPonimatorLiveLinkSourceFactory::GetSourceDisplayName() const
{
	return NSLOCTEXT("Ponimator", "SourceName", "Ponimator");
}

FText UPonimatorLiveLinkSourceFactory::GetSourceTooltip() const
{
	return NSLOCTEXT(
		"Ponimator", "SourceTooltip",
		"Two characters of a session on the server of the project settings; a Ponimator component with the same names shares it.");
}

TSharedPtr<ILiveLinkSource> UPonimatorLiveLinkSourceFactory::CreateSource(const FString& ConnectionString) const
{
	const UPonimatorComponent* Defaults = GetDefault<UPonimatorComponent>();
	TArray<FString> Parts;
	ConnectionString.ParseIntoArray(Parts, TEXT(";"), false);
	const auto NameAt = [&Parts](int32 Index, FName Default) {
		return Parts.IsValidIndex(Index) && !Parts[Index].IsEmpty() ? FName(*Parts[Index]) : Default;
	};
	return MakeShared<FPonimatorLiveLinkSource>(FPonimatorStreamingModule::Get().SessionOf(
		Parts.IsValidIndex(0) ? Parts[0] : FString(), NameAt(1, Defaults->FirstName), NameAt(2, Defaults->SecondName)));
}
