// What a player would see: how many displays showed what, and the largest step between two of them.
#pragma once

#include "Core/Client/Counters.h"
#include "Core/Playout/PlayoutBuffer.h"

#include <cstdint>
#include <optional>

namespace probe
{

class Watcher
{
public:
	/** A display, at a time on our clock. */
	void see(const ponimator::Shown& shown, std::int64_t at_ns);
	/** Tells all of it. */
	void report(const ponimator::Counters& counters) const;

private:
	std::int64_t displayed_ = 0;
	std::int64_t of_state_[4] = {};
	double longest_gap_ms_ = 0.0;
	double largest_step_m_ = 0.0;
	double largest_turn_rad_ = 0.0;
	std::optional<std::int64_t> before_ns_;
	std::optional<ponimator::Shown> before_;
};

} // namespace probe
