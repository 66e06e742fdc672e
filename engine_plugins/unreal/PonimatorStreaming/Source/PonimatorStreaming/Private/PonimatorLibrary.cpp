#include "PonimatorLibrary.h"

#include "Core/Transport/ZmqLoading.h"
#include "HAL/PlatformProcess.h"
#include "Misc/Paths.h"

namespace PonimatorLibrary
{

FString PathOf(const FString& PluginDir)
{
#if PLATFORM_WINDOWS
	const TCHAR* Name = TEXT("Win64/libzmq.dll");
#elif PLATFORM_MAC
	const TCHAR* Name = TEXT("Mac/libzmq.dylib");
#else
	const TCHAR* Name = TEXT("Linux/libzmq.so");
#endif
	return PluginDir / FString(TEXT("Source/ThirdParty/LibZmq")) / FString(Name);
}

ponimator::Result<ponimator::ZmqApi> Open(const FString& Path)
{
	// libsodium lies beside it; Windows would look for it beside the game.
	const FString Folder = FPaths::GetPath(Path);
	FPlatformProcess::PushDllDirectory(*Folder);
	void* Library = FPlatformProcess::GetDllHandle(*Path);
	FPlatformProcess::PopDllDirectory(*Folder);
	const std::string PathWords(TCHAR_TO_UTF8(*Path));
	if (Library == nullptr)
	{
		return ponimator::zmq_missing(PathWords, "it is not there, or cannot be loaded");
	}
	return ponimator::zmq_from_symbols(
		[Library](const char* Name) { return FPlatformProcess::GetDllExport(Library, UTF8_TO_TCHAR(Name)); }, PathWords);
}

} // namespace PonimatorLibrary
