#include "Core/Client/EndWatch.h"

namespace ponimator
{

void EndWatch::hear_motion(std::optional<std::int64_t> next_frame)
{
	// Frames that came again are no sign that anything plays.
	plays_ = plays_ || next_frame != next_frame_;
	next_frame_ = next_frame;
}

void EndWatch::hear_status(const Status& status)
{
	if (status.state == State::finished || status.state == State::cancelled || status.state == State::failed)
	{
		plays_ = false;
	}
}

std::optional<Status> EndWatch::hear_heartbeat(const Heartbeat& heartbeat, bool final_seen)
{
	// A second later: the server's own word, where it comes, comes first.
	if (!plays_ || !final_seen || !next_frame_ || heartbeat.play_frame - rate_hz_ < *next_frame_)
	{
		return std::nullopt;
	}
	plays_ = false;
	Status status;
	status.session = heartbeat.session;
	status.state = State::finished;
	status.time_ns = heartbeat.time_ns;
	status.frame = next_frame_;
	status.message = "It has finished; the server said so while the connection was lost.";
	return status;
}

} // namespace ponimator
