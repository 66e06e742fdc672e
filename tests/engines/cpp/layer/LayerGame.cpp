// A game over the stand-ins: one session at 60 frames a second on a real server, from a trigger to its end.
//
//   layer_game PLUGIN_FOLDER ENDPOINT SECONDS
//
// Tells each event as a line, and last what the screen and Live Link saw.
#include "HumanSkeleton.h"

#include "PonimatorComponent.h"
#include "PonimatorStreamingModule.h"

#include <cstdlib>

using namespace stage;

IModuleInterface* StandinMakePonimatorStreaming();

namespace
{

constexpr float kFrameS = 1.0f / 60.0f;
constexpr double kPatienceS = 90.0;

void tell(const char* what, const FString& message)
{
	std::printf("%s %s\n", what, TCHAR_TO_UTF8(*message));
	std::fflush(stdout);
}

void tell_all(UPonimatorComponent& component, bool& has_ended)
{
	const auto telling = [&has_ended](const char* state, bool ends) {
		return [state, ends, &has_ended](int64, const FString& message) {
			tell(state, message);
			has_ended = has_ended || ends;
		};
	};
	component.OnAccepted.StandinAdd(telling("accepted", false));
	component.OnPlaying.StandinAdd(telling("playing", false));
	component.OnFinished.StandinAdd(telling("finished", true));
	component.OnCancelled.StandinAdd(telling("cancelled", true));
	component.OnLate.StandinAdd(telling("late", false));
	component.OnFailed.StandinAdd(telling("failed", true));
}

} // namespace

int main(int count, char** arguments)
{
	if (count != 4)
	{
		std::fprintf(stderr, "expected PLUGIN_FOLDER ENDPOINT SECONDS\n");
		return 2;
	}
	IPluginManager::Get().standinBaseDir = FString(UTF8_TO_TCHAR(arguments[1]));
	auto& modules = FModuleManager::Get().modules;
	modules[u"PonimatorStreaming"].reset(StandinMakePonimatorStreaming());
	modules[u"PonimatorStreaming"]->StartupModule();
	LiveLink link;
	IModularFeatures::Get().standinClient = &link;

	const Skeleton skeleton = human_skeleton();
	Mesh meshes[] = {Mesh(skeleton, 0), Mesh(skeleton, 1)};
	AActor actors[2], between;
	for (int person = 0; person < 2; ++person)
	{
		meshes[person].component.standinAsset = &meshes[person].asset;
		// In front of each other: they look along their +X.
		const double yaw = person == 0 ? 0.0 : PI;
		actors[person].standinTransform = {
			FQuat(0.0, 0.0, std::sin(0.5 * yaw), std::cos(0.5 * yaw)), FVector(person == 0 ? -60.0 : 60.0, 0.0, 0.0)};
		actors[person].StandinAdd(&meshes[person].component);
	}
	UPonimatorComponent component;
	between.StandinAdd(&component);
	component.Endpoint = FString(UTF8_TO_TCHAR(arguments[2]));
	component.FirstCharacter = &actors[0];
	component.SecondCharacter = &actors[1];
	component.bLiveLink = true;
	bool has_ended = false;
	tell_all(component, has_ended);
	component.BeginPlay();

	bool is_asked = false;
	int posed = 0;
	double nearest_cm = 1e9, farthest_mean_cm = 0.0;
	const double until = FPlatformTime::Seconds() + kPatienceS;
	while (!has_ended && FPlatformTime::Seconds() < until)
	{
		++GFrameCounter;
		for (const TSharedPtr<ILiveLinkSource>& source : link.sources)
		{
			source->Update();
		}
		const int before = meshes[0].component.standinRefreshes;
		component.TickComponent(kFrameS, LEVELTICK_All, nullptr);
		if (!is_asked && component.GetConnection() == EPonimatorConnection::Connected)
		{
			is_asked = component.Interact(FString(TEXT("two people shake hands")), static_cast<float>(std::atof(arguments[3])));
		}
		if (meshes[0].component.standinRefreshes > before)
		{
			++posed;
			nearest_cm = std::min(nearest_cm, apart(meshes[0].place(21), meshes[1].place(21)));
			const FVector mean = (meshes[0].place(0) + meshes[1].place(0)) * 0.5;
			farthest_mean_cm = std::max(farthest_mean_cm, std::hypot(mean.X, mean.Y));
		}
		std::this_thread::sleep_for(std::chrono::duration<float>(kFrameS));
	}
	const FPonimatorCounters counters = component.GetCounters();
	component.EndPlay(EEndPlayReason::Quit);
	modules[u"PonimatorStreaming"]->ShutdownModule();
	std::printf(
		"{\"posed\": %d, \"live_link\": %zu, \"subjects\": %d, \"right_wrists_cm\": %.1f, \"middle_cm\": %.1f, "
		"\"blocks\": %lld, \"bad_messages\": %lld, \"threads\": %d}\n",
		posed, link.frames.size(), link.subjects.Num(), nearest_cm, farthest_mean_cm, static_cast<long long>(counters.Blocks),
		static_cast<long long>(counters.BadMessages), FRunnableThread::StandinRunning());
	return has_ended ? 0 : 1;
}
