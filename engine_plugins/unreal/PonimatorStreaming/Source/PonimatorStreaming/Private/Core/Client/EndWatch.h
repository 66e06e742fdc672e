// The end of an interaction where the server's own word for it was lost with the connection.
#pragma once

#include "Core/Wire/StreamMessages.h"

#include <cstdint>
#include <optional>

namespace ponimator
{

/** Watches a stream for an interaction that has ended without a word: a game waits for that word. */
class EndWatch
{
public:
	/** Nothing plays; `rate_hz` is the session's. */
	explicit EndWatch(std::int64_t rate_hz) : rate_hz_(rate_hz) {}

	/** A block was taken in; `next_frame` is the one behind the newest now. */
	void hear_motion(std::optional<std::int64_t> next_frame);
	void hear_status(const Status& status);
	/** The missed end, where a heartbeat shows that there was one; `final_seen`: the newest block was final. */
	std::optional<Status> hear_heartbeat(const Heartbeat& heartbeat, bool final_seen);

private:
	std::int64_t rate_hz_;
	bool plays_ = false;
	std::optional<std::int64_t> next_frame_;
};

} // namespace ponimator
