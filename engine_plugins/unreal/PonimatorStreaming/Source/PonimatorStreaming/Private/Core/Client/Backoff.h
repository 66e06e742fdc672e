// How long to wait before the next attempt.
#pragma once

#include <random>

namespace ponimator
{

/**
 * Delays that double up to a bound, each cut by chance to between a half and the whole.
 *
 * Without the chance, all clients of a server that was restarted would come back at once.
 */
class Backoff
{
public:
	explicit Backoff(std::uint32_t seed) : random_(seed) {}

	/** The next delay. */
	double next_s();
	/** Begins with the shortest delay again. */
	void reset();

private:
	std::minstd_rand random_;
	double delay_s_ = kFirstDelayS;

	static constexpr double kFirstDelayS = 0.1;
	static constexpr double kLongestDelayS = 2.0;
};

} // namespace ponimator
