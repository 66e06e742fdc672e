// How blocks arrive, and how much later than the server's clock it is therefore wise to play. It reads no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace ponimator
{

/** The slack of the blocks that came last. */
class Arrivals
{
public:
	/** A subscription begins: what plays already, or was asked for again, comes first, and after its time. */
	void subscribed(std::int64_t at_ns) { subscribed_ns_ = at_ns; }

	/** Takes a block in that brought new frames behind all others, so many seconds before the first of them was due. */
	void add(double slack_s, std::int64_t revision, std::int64_t arrival_ns);

	/** How much later than the server's clock to play. */
	double wanted_delay_s() const;

	/** By how much the slack changes from one block to the next, on average. */
	double jitter_s() const { return jitter_s_; }

private:
	struct Counted
	{
		std::int64_t revision;
		double slack_s;
	};

	double jitter_s_ = 0.0;
	std::deque<double> slacks_s_;
	std::optional<Counted> last_;
	std::optional<std::int64_t> subscribed_ns_;
};

} // namespace ponimator
