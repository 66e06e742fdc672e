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

/** The lines of a preset whose bones this rig has. */
RigMap OnRig(const RigMap& Preset, const Rig& Rig)
{
	RigMap Map;
	for (const auto& [Joint, Bone] : Preset)
	{
		if (Rig.find(Bone) >= 0)
		{
			Map[Joint] = Bone;
		}
	}
	return Map;
}

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
	// A preset that names as many joints goes before what names merely propose.
	RigMap Best;
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
		RigMap Map = OnRig(*Preset, Rig);
		if (Map.size() > Best.size() && ponimator::retarget::bones_of_map(Map, Rig))
		{
			Best = std::move(Map);
		}
	}
	RigMap Proposed = ponimator::retarget::propose_map(Rig.names, Rig.parents).map;
	return Proposed.size() > Best.size() ? Proposed : Best;
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
