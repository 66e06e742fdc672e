#include "PonimatorKeys.h"

#include "Misc/FileHelper.h"
#include "Misc/Paths.h"
#include "PonimatorSettings.h"

namespace
{

constexpr size_t KeyCharacters = 40;

/** The value of `kind-key = "…"` in a file of ZeroMQ's certificate format; empty where it has none. */
std::string KeyIn(const std::string& File, const std::string& Kind)
{
	const size_t Label = File.find(Kind + "-key");
	const size_t Open = Label == std::string::npos ? Label : File.find('"', Label);
	const size_t Close = Open == std::string::npos ? Open : File.find('"', Open + 1);
	return Close == std::string::npos ? std::string() : File.substr(Open + 1, Close - Open - 1);
}

ponimator::Result<std::string> Read(const FString& Path, const std::string& Kind)
{
	const FString Whole = FPaths::ConvertRelativePathToFull(FPaths::ProjectDir(), Path);
	FString Text;
	const bool bRead = FFileHelper::LoadFileToString(Text, *Whole);
	std::string Key = bRead ? KeyIn(std::string(TCHAR_TO_UTF8(*Text)), Kind) : std::string();
	if (Key.size() != KeyCharacters)
	{
		return ponimator::Error{
			ponimator::ErrorKind::invalid,
			"Expected a " + Kind + " key of " + std::to_string(KeyCharacters) + " characters in " +
				std::string(TCHAR_TO_UTF8(*Whole)) + (bRead ? ", it has none" : ", which cannot be read") +
				": name the files that `ponimator keys` wrote in the project settings."};
	}
	return Key;
}

} // namespace

ponimator::Result<std::optional<ponimator::ClientKeys>> PonimatorKeys::KeysOf(const UPonimatorSettings& Settings)
{
	if (Settings.ServerKeyFile.IsEmpty())
	{
		return std::optional<ponimator::ClientKeys>();
	}
	ponimator::Result<std::string> Server = Read(Settings.ServerKeyFile, "public");
	ponimator::Result<std::string> Public = Read(Settings.ClientKeyFile, "public");
	ponimator::Result<std::string> Secret = Read(Settings.ClientKeyFile, "secret");
	for (const ponimator::Result<std::string>* Key : {&Server, &Public, &Secret})
	{
		if (!*Key)
		{
			return Key->error();
		}
	}
	return std::optional<ponimator::ClientKeys>(ponimator::ClientKeys{*Server, *Public, *Secret});
}
