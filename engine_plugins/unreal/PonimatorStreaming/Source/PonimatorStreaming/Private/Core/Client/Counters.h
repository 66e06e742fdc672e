// What a client counts of a session, for whoever looks after the game.
#pragma once

#include "Core/Playout/PlayoutBuffer.h"

namespace ponimator
{

/** Since the session was opened, or opened anew; what plugins.md says of each. */
struct Counters
{
	PlayoutCounters playout;
	/** How often missing frames were asked for again. */
	std::int64_t resends = 0;
	/** Of both lanes, that could not be read. */
	std::int64_t bad_messages = 0;
	/** How often the server was lost and found. */
	std::int64_t reconnections = 0;
	double clock_offset_ms = 0.0;
	double round_trip_ms = 0.0;
};

} // namespace ponimator
