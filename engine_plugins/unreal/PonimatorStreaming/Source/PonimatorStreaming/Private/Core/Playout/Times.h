// Times are nanoseconds in 64 bits; they are subtracted before they become seconds.
#pragma once

#include <cstdint>

namespace ponimator
{

constexpr double kNanosecondsPerSecond = 1e9;

/** a − b, seconds. It never overflows: nobody vouches for the times that a message brings. */
inline double seconds_between(std::int64_t b_ns, std::int64_t a_ns)
{
	const auto difference = static_cast<std::uint64_t>(a_ns) - static_cast<std::uint64_t>(b_ns);
	return static_cast<double>(static_cast<std::int64_t>(difference)) / kNanosecondsPerSecond;
}

/** A duration of a few hours at most. */
constexpr std::int64_t nanoseconds_from_seconds(double seconds)
{
	return static_cast<std::int64_t>(seconds * kNanosecondsPerSecond);
}

} // namespace ponimator
