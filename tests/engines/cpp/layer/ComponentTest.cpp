// The component as a game uses it, the settings, the module and the editor's panel; with libzmq, but with no server.
#include "Stage.h"

#include "PonimatorComponent.h"
#include "PonimatorDetails.h"
#include "PonimatorKeys.h"
#include "PonimatorLibrary.h"
#include "PonimatorLiveLinkSourceFactory.h"
#include "PonimatorSettings.h"
#include "PonimatorStreamingModule.h"
#include "PropertyEditorModule.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace stage;

IModuleInterface* StandinMakePonimatorStreaming();
IModuleInterface* StandinMakePonimatorStreamingEditor();

namespace
{

namespace files = std::filesystem;

FString wide(const std::string& words) { return FString(UTF8_TO_TCHAR(words.c_str())); }
std::string narrow(const FString& words) { return std::string(TCHAR_TO_UTF8(*words)); }

/** A folder with the plugin's library and presets, as a project has it; the engine with the plugin's module. */
struct Engine
{
	explicit Engine(bool has_library = true)
		: folder(files::temp_directory_path() / ("ponimator-layer-" + std::to_string(++made) + "-" + std::to_string(getpid())))
	{
		const files::path library = folder / "Source/ThirdParty/LibZmq/Linux";
		files::create_directories(library);
		files::create_directories(folder / "Resources/Presets");
		if (has_library)
		{
			files::create_symlink(PONIMATOR_ZMQ_LIBRARY, library / "libzmq.so");
		}
		IPluginManager::Get().standinBaseDir = wide(folder.string());
		auto& modules = FModuleManager::Get().modules;
		modules[u"PonimatorStreaming"].reset(StandinMakePonimatorStreaming());
		modules[u"PonimatorStreaming"]->StartupModule();
		// A port that nobody listens at.
		GetMutableDefault<UPonimatorSettings>()->Endpoint = FString(TEXT("tcp://127.0.0.1:1"));
	}

	~Engine()
	{
		FModuleManager::Get().modules[u"PonimatorStreaming"]->ShutdownModule();
		FModuleManager::Get().modules.clear();
		IModularFeatures::Get().standinClient = nullptr;
		files::remove_all(folder);
	}

	FPonimatorStreamingModule& module() { return FPonimatorStreamingModule::Get(); }

	static inline int made = 0;
	const files::path folder;
};

/** A component on an actor, and what its delegates told. */
struct Game
{
	Game()
	{
		actor.StandinAdd(&component);
		component.OnFailed.StandinAdd([this](int64, const FString& message) { told += "failed: " + narrow(message) + "\n"; });
		component.OnConnection.StandinAdd(
			[this](EPonimatorConnection connection, const FString&) { last = connection; });
	}

	bool until(const std::function<bool()>& is_there)
	{
		return wait_for([&] {
			++GFrameCounter;
			component.TickComponent(1.0f / 60.0f, LEVELTICK_All, nullptr);
			return is_there();
		});
	}

	AActor actor;
	UPonimatorComponent component;
	std::string told;
	EPonimatorConnection last = EPonimatorConnection::Stopped;
};

} // namespace

TEST(a_game_without_a_server_plays_on_and_ends_without_a_thread)
{
	Engine engine;
	Game game;
	CHECK(!game.component.Interact(FString(TEXT("a hug"))));
	game.component.BeginPlay();
	CHECK(game.until([&] { return game.last == EPonimatorConnection::Connecting; }));
	CHECK(game.component.Interact(FString(TEXT("a hug"))));
	CHECK(game.component.Cancel());
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 1);
	game.component.EndPlay(EEndPlayReason::Quit);
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
	CHECK(game.component.GetConnection() == EPonimatorConnection::Stopped);
	// A component ticks on in the editor after its play.
	game.component.TickComponent(0.0f, LEVELTICK_All, nullptr);
}

TEST(a_package_without_libzmq_says_so)
{
	Engine engine(false);
	Game game;
	game.component.BeginPlay();
	CHECK(game.until([&] { return game.last == EPonimatorConnection::Failed; }));
	game.component.Interact(FString(TEXT("a hug")));
	CHECK(game.until([&] { return !game.told.empty(); }));
	const TSharedRef<FPonimatorSession> again = engine.module().SessionOf(FString(), FName(TEXT("Ann")), FName(TEXT("Ben")));
	CHECK(wait_for([&] {
		again->Pump();
		return again->GetConnection() == EPonimatorConnection::Failed;
	}));
	CHECK(narrow(again->GetStatus()).find("libzmq.so") != std::string::npos);
	game.component.EndPlay(EEndPlayReason::Quit);
}

TEST(the_same_two_characters_on_a_server_are_one_session)
{
	Engine engine;
	const FName ann(TEXT("Ann")), ben(TEXT("Ben")), eve(TEXT("Eve"));
	{
		const TSharedRef<FPonimatorSession> one = engine.module().SessionOf(FString(), ann, ben);
		CHECK(&*engine.module().SessionOf(FString(), ann, ben) == &*one);
		CHECK(&*engine.module().SessionOf(FString(TEXT("tcp://127.0.0.1:1")), ann, ben) == &*one);
		CHECK(&*engine.module().SessionOf(FString(), ann, eve) != &*one);
		CHECK(&*engine.module().SessionOf(FString(TEXT("tcp://127.0.0.1:2")), ann, ben) != &*one);
	}
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
}

TEST(the_module_ends_every_thread_before_it_goes)
{
	TSharedPtr<FPonimatorSession> outlives;
	{
		Engine engine;
		outlives = engine.module().SessionOf(FString(), FName(TEXT("Ann")), FName(TEXT("Ben")));
		CHECK_EQUAL(FRunnableThread::StandinRunning(), 1);
	}
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
	outlives->Pump();
}

TEST(live_link_s_menu_and_a_component_share_a_session)
{
	Engine engine;
	LiveLink link;
	IModularFeatures::Get().standinClient = &link;
	Game game;
	game.component.bLiveLink = true;
	game.component.BeginPlay();
	CHECK_EQUAL(link.sources.Num(), 1);
	const UPonimatorLiveLinkSourceFactory factory;
	TSharedPtr<ILiveLinkSource> from_menu = factory.CreateSource(FString());
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 1);
	TSharedPtr<ILiveLinkSource> other = factory.CreateSource(FString(TEXT("tcp://127.0.0.1:2;Eve;Dan")));
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 2);
	CHECK_EQUAL(narrow(other->GetSourceMachineName().ToString()), "tcp://127.0.0.1:2");
	game.component.EndPlay(EEndPlayReason::Quit);
	CHECK_EQUAL(link.sources.Num(), 0);
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 2);
	from_menu.Reset();
	other.Reset();
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
}

TEST(a_mesh_gets_the_preset_that_fits_it_or_a_proposal)
{
	Engine engine;
	const Result<StreamMessage> decoded = decode_stream(golden::message("skeleton"));
	Mesh mesh(std::get<Skeleton>(*decoded), 0);
	mesh.component.JointBones.Reset();
	mesh.component.ProposeJointBones();
	CHECK(mesh.component.GetFault().IsEmpty());
	CHECK_EQUAL(narrow(mesh.component.JointBones.Find(FName(TEXT("left_wrist")))->ToString()), "left_wrist");

	// A preset wins over what names propose, where it knows as much.
	std::ofstream preset(engine.folder / "Resources/Presets/mine.toml");
	preset << "# a rig of ours\n";
	for (const FReferenceSkeleton::FStandinBone& bone : mesh.asset.standinSkeleton.bones)
	{
		const std::string name = narrow(bone.name.ToString());
		if (name != "root" && name != "jaw" && name != "left_eye_smplhf" && name != "right_eye_smplhf")
		{
			preset << name << " = \"" << name << "\"  # the same\n";
		}
	}
	preset << "jaw = \"root\"\n";
	preset.close();
	mesh.component.ProposeJointBones();
	CHECK_EQUAL(narrow(mesh.component.JointBones.Find(FName(TEXT("jaw")))->ToString()), "root");
}

TEST(keys_are_read_from_the_files_that_the_server_s_tool_writes)
{
	Engine engine;
	UPonimatorSettings settings;
	CHECK(static_cast<bool>(PonimatorKeys::KeysOf(settings)) && !PonimatorKeys::KeysOf(settings)->has_value());
	const std::string a(40, 'a'), b(40, 'b'), c(40, 'c');
	std::ofstream(engine.folder / "server.key") << "# Public key\nmetadata\ncurve\n    public-key = \"" << a << "\"\n";
	std::ofstream(engine.folder / "ann.key_secret")
		<< "metadata\ncurve\n    public-key = \"" << b << "\"\n    secret-key = \"" << c << "\"\n";
	settings.ServerKeyFile = wide((engine.folder / "server.key").string());
	settings.ClientKeyFile = wide((engine.folder / "ann.key_secret").string());
	const auto keys = PonimatorKeys::KeysOf(settings);
	CHECK(static_cast<bool>(keys) && keys->has_value());
	CHECK_EQUAL((*keys)->server + (*keys)->own_public + (*keys)->own_secret, a + b + c);

	settings.ClientKeyFile = settings.ServerKeyFile;
	const auto wrong = PonimatorKeys::KeysOf(settings);
	CHECK(!wrong && wrong.error().message.find("secret key") != std::string::npos);
	CHECK(!wrong && wrong.error().message.find("server.key") != std::string::npos);
}

TEST(the_panel_has_buttons_for_a_session_and_words_for_a_mesh)
{
	Engine engine;
	auto* panel = new FPropertyEditorModule();
	FModuleManager::Get().modules[u"PropertyEditor"].reset(panel);
	const std::unique_ptr<IModuleInterface> editor(StandinMakePonimatorStreamingEditor());
	editor->StartupModule();
	CHECK_EQUAL(panel->standinLayouts.Num(), 2);

	Game game;
	IDetailLayoutBuilder of_session;
	of_session.standinObjects.Add(&game.component);
	panel->standinLayouts.Find(FName(TEXT("PonimatorComponent")))->make()->CustomizeDetails(of_session);
	CHECK_EQUAL(of_session.standinCategory.standinRows.size(), 3u);
	// Before the game plays a button does nothing, and the counters are there.
	static_cast<SButton&>(*of_session.standinCategory.standinRows[0]->standinWidget).clicked();
	const auto& line = static_cast<STextBlock&>(*of_session.standinCategory.standinRows[2]->standinWidget);
	CHECK(narrow(line.text().ToString()).find("0 blocks") != std::string::npos);

	UPonimatorRetargetComponent bare;
	IDetailLayoutBuilder of_mesh;
	of_mesh.standinObjects.Add(&bare);
	panel->standinLayouts.Find(FName(TEXT("PonimatorRetargetComponent")))->make()->CustomizeDetails(of_mesh);
	const auto& words = static_cast<STextBlock&>(*of_mesh.standinCategory.standinRows[0]->standinWidget);
	CHECK(words.text().ToString() == bare.GetFault());

	editor->ShutdownModule();
	CHECK_EQUAL(panel->standinUnregistered.Num(), 2);
}

int main() { return check::run_all(); }
