// What the client thread and the game's thread share.
#pragma once

#include "Core/Client/Events.h"
#include "Core/Client/Mailbox.h"
#include "Core/Client/ServerClock.h"
#include "Core/Client/Settings.h"
#include "Core/Playout/PlayoutBuffer.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <variant>

namespace ponimator
{

/** Our monotonic clock, ns. */
std::int64_t monotonic_ns();

/** Something that the game wants of the server. */
struct GameRequest
{
	Ticket ticket = 0;
	std::variant<Interact, Cancel> message;
	/** When the game asked, on our clock. */
	std::int64_t asked_ns = 0;
	/** It was on its way when the server was lost. */
	bool was_lost_once = false;
};

/** The server's clock for two threads. */
class SharedClock
{
public:
	void set(const ServerClock& clock);
	void add(const PingTimes& ping);
	/** Now, on the server's clock; ours while no server was ever reached. */
	std::int64_t server_time_ns() const;
	double offset_ms() const;
	double round_trip_ms() const;

private:
	mutable std::mutex mutex_;
	ServerClock clock_;
};

/** Lives longer than both threads' use of it. */
struct SharedState
{
	explicit SharedState(ClientSettings client_settings);

	const ClientSettings settings;
	std::atomic<bool> is_stopping{false};
	/** No attempt is made any more. */
	std::atomic<bool> has_ended{false};
	Mailbox<GameRequest> requests;
	Mailbox<Event> events;
	PlayoutBuffer playout;
	SharedClock clock;
	std::atomic<std::int64_t> resends{0};
	std::atomic<std::int64_t> bad_messages{0};
	std::atomic<std::int64_t> reconnections{0};
};

/** Refuses what the game asked and nobody has taken. */
void refuse_waiting(SharedState& shared, const std::string& message);

/** No attempt is made any more: tells so, and refuses what the game still waits for. */
void end_attempts(SharedState& shared, const std::string& message);

} // namespace ponimator
