using UnrealBuildTool;

public class PonimatorStreamingEditor : ModuleRules
{
	public PonimatorStreamingEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PrivateDependencyModuleNames.AddRange(new[]
		{
			"Core", "CoreUObject", "Engine", "InputCore", "PonimatorStreaming", "PropertyEditor", "Slate", "SlateCore",
		});
	}
}
