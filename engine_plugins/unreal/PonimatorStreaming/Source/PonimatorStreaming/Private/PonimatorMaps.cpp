#include "PonimatorMaps.h"

#include "Core/Retargeting/MapText.h"
#include "Core/Retargeting/Proposal.h"
#include "HAL/FileManager.h"
#include "Misc/FileHelper.h"
#include "PonimatorStreamingModule.h"

using ponimator::retarget::Rig;
using ponimator::retarget::RigMap;

namespace
{

TArray<FString> PresetFiles()
{
	const FString Folder = FPonimatorStreamingModule::Get().FileOf(FString(TEXT("Resources/Presets")));
	TArray<FString> Names;
	IFileManager::Get().FindFiles(Names, *(Folder / FString(TEXT("*.toml"))), true, false);
	for (FString& Name : Names)
	{
		Name = Folder / Name;
	}
	return Names;
}

} // namespace

RigMap PonimatorMaps::BestMap(const Rig& Rig)
{
	// A preset that finds as much goes before a proposal: it knows what its bones are, a proposal guesses.
	ponimator::retarget::Proposal Best;
	for (const FString& Path : PresetFiles())
	{
		FString Text;
		if (!FFileHelper::LoadFileToString(Text, *Path))
		{
			continue;
		}
		const auto Preset = ponimator::retarget::map_from_text(TCHAR_TO_UTF8(*Text));
		if (!Preset)
		{
			UE_LOG(LogPonimator, Warning, TEXT("%s: %s"), *Path, UTF8_TO_TCHAR(Preset.error().message.c_str()));
			continue;
		}
		auto Found = ponimator::retarget::rated_map(ponimator::retarget::fitted_preset(*Preset, Rig.names));
		if (Found.score > Best.score)
		{
			Best = std::move(Found);
		}
	}
	const auto Proposed = ponimator::retarget::propose_map(Rig.names, Rig.parents);
	return Proposed.score > Best.score ? Proposed.map : Best.map;
}

RigMap PonimatorMaps::MapOf(const TMap<FName, FName>& JointBones, const Rig& Rig)
{
	if (JointBones.IsEmpty())
	{
		return BestMap(Rig);
	}
	RigMap Map;
	for (const TPair<FName, FName>& Pair : JointBones)
	{
		Map[TCHAR_TO_UTF8(*Pair.Key.ToString())] = TCHAR_TO_UTF8(*Pair.Value.ToString());
	}
	return Map;
}
