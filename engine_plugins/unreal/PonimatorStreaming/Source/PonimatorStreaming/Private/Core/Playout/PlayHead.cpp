#include "Core/Playout/PlayHead.h"

#include "Core/Playout/Times.h"

#include <algorithm>

namespace ponimator
{
namespace
{

/** While something plays, the delay moves by no more than this share of the time that passes. */
constexpr double kDelayRate = 0.1;

bool is_still_held(const HeldFrame* now, const HeldFrame& then)
{
	return now != nullptr && now->is(then);
}

} // namespace

Selection PlayHead::select(HeldFrames& frames, std::int64_t at_ns)
{
	const double passed_s = shown_ns_ ? std::max(0.0, seconds_between(*shown_ns_, at_ns)) : 0.0;
	shown_ns_ = at_ns;
	const bool was_holding = before_.state == PlayState::holding;
	held_s_ += was_holding ? passed_s : 0.0;
	Selection now;
	if (const std::optional<double> place = moved_place(frames, at_ns, passed_s))
	{
		now = case_at(frames, *place);
		now.place = place;
	}
	if (now.frame)
	{
		holds_ += now.state == PlayState::holding && !was_holding ? 1 : 0;
		now.breaks_off = has_shown_before_restart_ || (before_.frame && breaks_off(frames, now));
		frames.shown(*now.place);
	}
	has_shown_before_restart_ = false;
	before_ = now;
	return now;
}

void PlayHead::restart()
{
	const bool has_shown = has_shown_before_restart_ || before_.frame.has_value();
	*this = PlayHead();
	has_shown_before_restart_ = has_shown;
}

/** The place that is due, once the delay has moved. */
std::optional<double> PlayHead::moved_place(const HeldFrames& frames, std::int64_t at_ns, double passed_s)
{
	const double wanted_s = frames.arrivals().wanted_delay_s();
	if (before_.state == PlayState::playing || before_.state == PlayState::holding)
	{
		const double most_s = kDelayRate * passed_s;
		delay_s_ += std::clamp(wanted_s - delay_s_, -most_s, most_s);
		return frames.place_at(at_ns, delay_s_);
	}
	delay_s_ = wanted_s;
	const std::optional<double> place = frames.place_at(at_ns, delay_s_);
	if (!place || before_.state == PlayState::waiting)
	{
		return place;
	}
	const auto rests_at = static_cast<double>(before_.frame->number);
	if (*place >= rests_at)
	{
		return place;
	}
	// What rests does not move once more: the delay grows while it stands.
	delay_s_ -= (rests_at - *place) / static_cast<double>(before_.frame->block->rate_hz);
	return rests_at;
}

Selection PlayHead::case_at(const HeldFrames& frames, double place) const
{
	Selection now;
	const HeldFrame* frame = frames.frame_at(place);
	if (frame == nullptr)
	{
		return now;
	}
	now.frame = *frame;
	const HeldFrame* following = frames.frame_behind(frame->number);
	if (following != nullptr && frame->joins(*following))
	{
		now.state = PlayState::playing;
		now.following = *following;
		return now;
	}
	if (frame->is_last())
	{
		now.state = PlayState::resting;
		return now;
	}
	now.state = PlayState::holding;
	now.goes_on_holding = before_.state == PlayState::holding && before_.frame->is(*frame);
	const HeldFrame* previous = frames.frame_before(frame->number);
	if (previous != nullptr && previous->joins(*frame))
	{
		now.previous = *previous;
	}
	return now;
}

bool PlayHead::breaks_off(const HeldFrames& frames, const Selection& now) const
{
	if (before_.state == PlayState::holding)
	{
		return !now.goes_on_holding;
	}
	if (!is_still_held(frames.frame(before_.frame->number), *before_.frame))
	{
		return true;
	}
	return before_.state == PlayState::playing &&
		!is_still_held(frames.frame_behind(before_.frame->number), *before_.following);
}

} // namespace ponimator
