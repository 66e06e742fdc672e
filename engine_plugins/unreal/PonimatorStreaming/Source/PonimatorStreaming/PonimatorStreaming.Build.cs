using System.IO;
using UnrealBuildTool;

public class PonimatorStreaming : ModuleRules
{
	public PonimatorStreaming(ReadOnlyTargetRules Target) : base(Target)
	{
		// Private/Core is plain C++17 that knows no Unreal. A shared header of Unreal's, or another source file of the
		// core, put before one of its files would bring macros and names that it must not see.
		PCHUsage = PCHUsageMode.NoPCHs;
		bUseUnity = false;

		PrivateIncludePaths.Add(Path.Combine(ModuleDirectory, "Private"));
		PublicDependencyModuleNames.AddRange(new[] { "Core", "CoreUObject", "Engine", "DeveloperSettings", "LiveLinkInterface" });
		PrivateDependencyModuleNames.AddRange(new[] { "LibZmq", "Projects" });

		// Read at run time, so they have to go into the package: the presets of bone names.
		string Presets = Path.Combine(PluginDirectory, "Resources", "Presets");
		if (Directory.Exists(Presets))
		{
			foreach (string Preset in Directory.GetFiles(Presets, "*.toml"))
			{
				RuntimeDependencies.Add(Preset, StagedFileType.NonUFS);
			}
		}
	}
}
