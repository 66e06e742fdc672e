#include "Core/Client/ServerClock.h"

#include <algorithm>
#include <cstddef>

namespace ponimator
{
namespace
{

constexpr std::size_t kKeptSamples = 32;
/** 5 ms per second. */
constexpr std::int64_t kNanosecondsPerSlewedNanosecond = 200;
/** 73 years: sums of times within it cannot overflow. */
constexpr std::int64_t kMaxTimeNs = std::int64_t{1} << 61;

bool is_plausible(std::int64_t time_ns)
{
	return time_ns > -kMaxTimeNs && time_ns < kMaxTimeNs;
}

} // namespace

bool ServerClock::add(const PingTimes& ping)
{
	if (!is_plausible(ping.server_receive_ns) || !is_plausible(ping.server_send_ns))
	{
		return false;
	}
	const std::int64_t sum_ns = (ping.server_receive_ns - ping.sent_ns) + (ping.server_send_ns - ping.received_ns);
	const std::int64_t way_ns = (ping.received_ns - ping.sent_ns) - (ping.server_send_ns - ping.server_receive_ns);
	base_ns_ = offset_ns(ping.received_ns);
	based_at_ns_ = ping.received_ns;
	// Shifted, not divided: rounded downwards below zero, too.
	samples_.push_back({sum_ns >> 1, way_ns});
	if (samples_.size() > kKeptSamples)
	{
		samples_.pop_front();
	}
	wanted_ns_ = best().offset_ns;
	taken_ = std::min(taken_ + 1, kFirstPings + 1);
	if (taken_ <= kFirstPings)
	{
		base_ns_ = wanted_ns_;
	}
	return true;
}

std::int64_t ServerClock::offset_ns(std::int64_t at_ns) const
{
	const std::int64_t reach_ns = std::max<std::int64_t>(0, at_ns - based_at_ns_) / kNanosecondsPerSlewedNanosecond;
	return base_ns_ + std::clamp(wanted_ns_ - base_ns_, -reach_ns, reach_ns);
}

std::int64_t ServerClock::round_trip_ns() const
{
	return samples_.empty() ? 0 : best().way_ns;
}

const ServerClock::Sample& ServerClock::best() const
{
	// From the newest on: of several as short, the newest one.
	return *std::min_element(
		samples_.rbegin(), samples_.rend(),
		[](const Sample& a, const Sample& b) { return a.way_ns < b.way_ns; });
}

} // namespace ponimator
