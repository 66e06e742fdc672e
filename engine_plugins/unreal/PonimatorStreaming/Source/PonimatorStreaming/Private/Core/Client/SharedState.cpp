#include "Core/Client/SharedState.h"

#include <chrono>
#include <utility>

namespace ponimator
{
namespace
{

/** More than a game asks for or is told while it loads a level. */
constexpr std::size_t kMostRequests = 1000;
constexpr std::size_t kMostEvents = 10'000;
constexpr double kMillisecondsPerNanosecond = 1e-6;

} // namespace

std::int64_t monotonic_ns()
{
	const auto now = std::chrono::steady_clock::now().time_since_epoch();
	return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

void SharedClock::set(const ServerClock& clock)
{
	const std::lock_guard<std::mutex> lock(mutex_);
	clock_ = clock;
}

void SharedClock::add(const PingTimes& ping)
{
	const std::lock_guard<std::mutex> lock(mutex_);
	clock_.add(ping);
}

std::int64_t SharedClock::server_time_ns() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	const std::int64_t now_ns = monotonic_ns();
	return now_ns + clock_.offset_ns(now_ns);
}

double SharedClock::offset_ms() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	return static_cast<double>(clock_.offset_ns(monotonic_ns())) * kMillisecondsPerNanosecond;
}

double SharedClock::round_trip_ms() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	return static_cast<double>(clock_.round_trip_ns()) * kMillisecondsPerNanosecond;
}

SharedState::SharedState(ClientSettings client_settings)
	: settings(std::move(client_settings)), requests(kMostRequests), events(kMostEvents)
{
}

void refuse_waiting(SharedState& shared, const std::string& message)
{
	while (const std::optional<GameRequest> request = shared.requests.pop())
	{
		shared.events.push(events::Refused{request->ticket, std::nullopt, message});
	}
}

void end_attempts(SharedState& shared, const std::string& message)
{
	shared.has_ended = true;
	refuse_waiting(shared, message);
	shared.events.push(events::Ended{message});
}

} // namespace ponimator
