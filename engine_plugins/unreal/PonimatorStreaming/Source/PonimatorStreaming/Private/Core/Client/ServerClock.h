// The server's clock, as a client knows it from pings. It reads no clock; times are monotonic nanoseconds.
#pragma once

#include <cstdint>
#include <deque>

namespace ponimator
{

/** How many pings a connection begins with; their offsets are taken at once. */
constexpr int kFirstPings = 8;
constexpr double kPingPeriodS = 1.0;

/** The four times of a ping: the first and the last on our clock. */
struct PingTimes
{
	std::int64_t sent_ns = 0;
	std::int64_t server_receive_ns = 0;
	std::int64_t server_send_ns = 0;
	std::int64_t received_ns = 0;
};

/** What to add to our clock to have the server's; for one connection. */
class ServerClock
{
public:
	/** Takes a ping's times; false where no clock shows such times, which changes nothing. */
	bool add(const PingTimes& ping);

	/** The server's clock minus ours, at a time on ours that is not before the last ping. */
	std::int64_t offset_ns(std::int64_t at_ns) const;

	/** The way there and back of the best sample, without the server's own time; 0 before the first. */
	std::int64_t round_trip_ns() const;

private:
	struct Sample
	{
		std::int64_t offset_ns;
		std::int64_t way_ns;
	};

	const Sample& best() const;

	std::deque<Sample> samples_;
	int taken_ = 0;
	std::int64_t wanted_ns_ = 0;
	std::int64_t base_ns_ = 0;
	std::int64_t based_at_ns_ = 0;
};

} // namespace ponimator
