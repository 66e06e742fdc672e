#include "PonimatorStreamingModule.h"

#include "Core/Transport/ZmqTransport.h"
#include "Interfaces/IPluginManager.h"
#include "PonimatorKeys.h"
#include "PonimatorLibrary.h"
#include "PonimatorSession.h"
#include "PonimatorSettings.h"

DEFINE_LOG_CATEGORY(LogPonimator);
IMPLEMENT_MODULE(FPonimatorStreamingModule, PonimatorStreaming)

namespace
{

ponimator::Profile ProfileOf(EPonimatorProfile Profile)
{
	switch (Profile)
	{
	case EPonimatorProfile::LowLatency: return ponimator::Profile::low_latency;
	case EPonimatorProfile::Quality: return ponimator::Profile::quality;
	case EPonimatorProfile::Balanced: break;
	}
	return ponimator::Profile::balanced;
}

/** What keeps a session from beginning is told as its end: the game hears it where it hears of everything else. */
ponimator::TransportFactory FailingWith(const ponimator::Error& Error)
{
	return [Error] { return ponimator::Result<std::unique_ptr<ponimator::Transport>>(Error); };
}

} // namespace

void FPonimatorStreamingModule::StartupModule()
{
	const TSharedPtr<IPlugin> Plugin = IPluginManager::Get().FindPlugin(FString(TEXT("PonimatorStreaming")));
	BaseDir = Plugin.IsValid() ? Plugin->GetBaseDir() : FString();
}

void FPonimatorStreamingModule::ShutdownModule()
{
	// No thread may run code of a module that is gone.
	for (FRunning& Entry : Running)
	{
		if (const TSharedPtr<FPonimatorSession> Session = Entry.Session.Pin())
		{
			Session->Shutdown();
		}
	}
	Running.Reset();
}

TSharedRef<FPonimatorSession> FPonimatorStreamingModule::SessionOf(
	const FString& Endpoint, FName FirstName, FName SecondName)
{
	const UPonimatorSettings& Project = *GetDefault<UPonimatorSettings>();
	ponimator::ClientSettings Settings;
	const FString& Server = Endpoint.IsEmpty() ? Project.Endpoint : Endpoint;
	Settings.control = TCHAR_TO_UTF8(*Server);
	Settings.characters[0].name = TCHAR_TO_UTF8(*FirstName.ToString());
	Settings.characters[1].name = TCHAR_TO_UTF8(*SecondName.ToString());
	Settings.rate_hz = Project.RateHz;
	Settings.profile = ProfileOf(Project.Profile);

	const FString Separator(TEXT(";"));
	const FString Key = Server + Separator + FirstName.ToString() + Separator + SecondName.ToString();
	TArray<FRunning> Alive;
	TSharedPtr<FPonimatorSession> Found;
	for (const FRunning& Entry : Running)
	{
		if (const TSharedPtr<FPonimatorSession> Session = Entry.Session.Pin())
		{
			Alive.Add(Entry);
			// One that has failed is not shared: whoever asks again has mended what was wrong.
			Found = Entry.Key == Key && Session->GetConnection() != EPonimatorConnection::Failed ? Session : Found;
		}
	}
	Running = MoveTemp(Alive);
	if (Found.IsValid())
	{
		return Found.ToSharedRef();
	}

	const auto Library = PonimatorLibrary::Open(PonimatorLibrary::PathOf(BaseDir));
	const auto Keys = PonimatorKeys::KeysOf(Project);
	ponimator::TransportFactory MakeTransport;
	if (!Library)
	{
		MakeTransport = FailingWith(Library.error());
	}
	else if (!Keys)
	{
		MakeTransport = FailingWith(Keys.error());
	}
	else
	{
		Settings.keys = *Keys;
		MakeTransport = [Api = *Library] {
			return ponimator::Result<std::unique_ptr<ponimator::Transport>>(
				std::unique_ptr<ponimator::Transport>(std::make_unique<ponimator::ZmqTransport>(Api)));
		};
	}
	const TSharedRef<FPonimatorSession> Made =
		MakeShared<FPonimatorSession>(MoveTemp(Settings), MoveTemp(MakeTransport));
	Running.Add({Key, Made});
	return Made;
}
