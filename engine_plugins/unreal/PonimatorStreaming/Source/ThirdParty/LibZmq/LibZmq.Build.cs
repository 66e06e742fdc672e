using System.IO;
using UnrealBuildTool;

public class LibZmq : ModuleRules
{
	public LibZmq(ReadOnlyTargetRules Target) : base(Target)
	{
		Type = ModuleType.External;

		// The plugin opens the library itself and asks it for each function by name: no header and no import library are
		// needed. So nothing is linked that could be loaded late: PublicDelayLoadDLLs would only make the linker warn.
		string Folder = Path.Combine(ModuleDirectory, Target.Platform.ToString());
		if (!Directory.Exists(Folder))
		{
			// A platform for which nobody has put a library there still builds; the plugin says at run time what is missing.
			return;
		}
		foreach (string Library in Directory.GetFiles(Folder))
		{
			// Staged where it lies, outside the .pak: the system's loader opens no packed file.
			RuntimeDependencies.Add(Library, StagedFileType.NonUFS);
		}
	}
}
