// A game without pictures: it displays at 60 Hz what the client has, asks what stdin says and tells what happens.
#include "Arguments.h"
#include "Commands.h"
#include "Telling.h"
#include "Watcher.h"

#include "Core/Client/Client.h"
#include "Core/Transport/ZmqLoading.h"
#include "Core/Transport/ZmqTransport.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <string>
#include <thread>

namespace
{

using namespace ponimator;

constexpr int kBadArguments = 2;
constexpr double kHalfTurnRad = 3.14159265358979323846;
constexpr double kDistanceM = 1.2;
constexpr const char* kTrigger = "trigger ";
constexpr const char* kTriggerFor = "trigger-for ";

/** Threads of this process but for the main one. */
int threads_alive()
{
	int count = -1;
	DIR* tasks = opendir("/proc/self/task");
	if (tasks == nullptr)
	{
		return count;
	}
	while (const dirent* entry = readdir(tasks))
	{
		count += entry->d_name[0] == '.' ? 0 : 1;
	}
	closedir(tasks);
	return count;
}

bool begins_with(const std::string& line, const std::string& beginning)
{
	return line.compare(0, beginning.size(), beginning) == 0;
}

/** Both 1.2 m apart on Z, facing each other. */
Interact interact_of(const std::string& text, double duration_s)
{
	Interact interact;
	interact.text = text;
	interact.duration_s = duration_s;
	interact.seed = 1;
	interact.characters[0].root = Root{{0.0, 0.0, 0.0}, 0.0};
	interact.characters[1].root = Root{{0.0, 0.0, kDistanceM}, kHalfTurnRad};
	return interact;
}

class Game
{
public:
	explicit Game(const probe::Arguments& arguments)
		: display_s_(1.0 / arguments.display_hz),
		  client_(
			  arguments.settings,
			  [path = arguments.zmq_library]() -> Result<std::unique_ptr<Transport>>
			  {
				  const Result<ZmqApi> api = load_zmq(path);
				  if (!api)
				  {
					  return api.error();
				  }
				  return std::unique_ptr<Transport>(std::make_unique<ZmqTransport>(*api));
			  }),
		  thread_([this] { client_.run(); })
	{
	}

	void play()
	{
		const auto period = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
			std::chrono::duration<double>(display_s_));
		auto next = std::chrono::steady_clock::now();
		while (!is_stopped_)
		{
			tell_events();
			while (const std::optional<std::string> line = is_stopped_ ? std::nullopt : commands_.next())
			{
				obey(*line);
			}
			watcher_.see(client_.show(), monotonic_ns());
			next += period;
			std::this_thread::sleep_until(next);
		}
		stop();
	}

private:
	void tell_events()
	{
		while (const std::optional<Event> event = client_.next_event())
		{
			probe::tell(*event);
		}
	}

	void obey(const std::string& line)
	{
		if (begins_with(line, kTrigger))
		{
			client_.trigger(interact_of(line.substr(std::string(kTrigger).size()), 6.0));
		}
		else if (begins_with(line, kTriggerFor))
		{
			char* text = nullptr;
			const double duration_s = std::strtod(line.c_str() + std::string(kTriggerFor).size(), &text);
			client_.trigger(interact_of(*text == ' ' ? text + 1 : text, duration_s));
		}
		else if (line == "cancel")
		{
			client_.cancel();
		}
		else if (line == "measure")
		{
			watcher_ = probe::Watcher();
		}
		else if (line == "report")
		{
			watcher_.report(client_.counters());
		}
		else if (line == "stop")
		{
			is_stopped_ = true;
		}
		else
		{
			std::fprintf(stderr, "expected trigger, trigger-for, cancel, measure, report or stop, got %s\n", line.c_str());
		}
	}

	void stop()
	{
		const auto begin = std::chrono::steady_clock::now();
		client_.stop();
		thread_.join();
		const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
		tell_events();
		probe::Line("stopped")
			.with("seconds", seconds.count())
			.with("threads", static_cast<std::int64_t>(threads_alive()))
			.tell();
	}

	const double display_s_;
	Client client_;
	probe::Commands commands_;
	probe::Watcher watcher_;
	bool is_stopped_ = false;
	std::thread thread_;
};

} // namespace

int main(int count, char** words)
{
	std::string fault;
	const probe::Arguments arguments = probe::arguments_from(count, words, fault);
	if (!fault.empty())
	{
		std::fprintf(stderr, "probe: %s\n", fault.c_str());
		return kBadArguments;
	}
	Game(arguments).play();
	return 0;
}
