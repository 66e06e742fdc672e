// A client on a thread of its own, and what it tells.
#pragma once

#include "Check.h"
#include "FakeTransport.h"

#include "Core/Client/Client.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace fake
{

constexpr double kPatienceS = 20.0;
/** Below every time that a client waits for anything; the probe's test measures the second. */
constexpr double kStopS = 3.0;

inline double seconds_since(std::chrono::steady_clock::time_point begin)
{
	return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/** A client on a thread of its own, and what it has told so far. */
class Running
{
public:
	explicit Running(Server& server, ClientSettings settings = {})
		: client(
			  std::move(settings),
			  [&server]() -> Result<std::unique_ptr<Transport>>
			  { return std::unique_ptr<Transport>(std::make_unique<FakeTransport>(server)); }),
		  thread_([this] { client.run(); })
	{
	}

	~Running() { stop(); }

	/** Seconds until the thread was gone. */
	double stop()
	{
		const auto begin = std::chrono::steady_clock::now();
		client.stop();
		if (thread_.joinable())
		{
			thread_.join();
		}
		return seconds_since(begin);
	}

	/** The next event of a type; others are passed over. */
	template <class Wanted>
	std::optional<Wanted> wait_for()
	{
		const auto begin = std::chrono::steady_clock::now();
		while (seconds_since(begin) < kPatienceS)
		{
			if (std::optional<Event> event = client.next_event())
			{
				if (auto* wanted = std::get_if<Wanted>(&*event))
				{
					return std::move(*wanted);
				}
				continue;
			}
			std::this_thread::sleep_for(std::chrono::milliseconds(1));
		}
		check::fail(__FILE__, __LINE__, std::string("expected an event, none came: ") + __PRETTY_FUNCTION__);
		return std::nullopt;
	}

	template <class Condition>
	bool wait_until(Condition is_so)
	{
		const auto begin = std::chrono::steady_clock::now();
		while (!is_so() && seconds_since(begin) < kPatienceS)
		{
			std::this_thread::sleep_for(std::chrono::milliseconds(1));
		}
		return is_so();
	}

	Client client;

private:
	std::thread thread_;
};

inline Interact handshake()
{
	Interact interact;
	interact.text = "shake hands";
	return interact;
}

inline ClientSettings impatient()
{
	ClientSettings settings;
	settings.reply_timeout_s = 0.2;
	settings.generation_timeout_s = 0.4;
	return settings;
}

} // namespace fake
