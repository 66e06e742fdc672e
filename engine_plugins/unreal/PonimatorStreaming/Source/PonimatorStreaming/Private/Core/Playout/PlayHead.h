// Which frames a display shows: four cases in a fixed order. It computes no pose and reads no clock.
#pragma once

#include "Core/Playout/HeldFrames.h"

#include <optional>

namespace ponimator
{

/** What is shown. */
enum class PlayState
{
	/** There is no frame yet: no pose. */
	waiting,
	/** Between two frames. */
	playing,
	/** The last frame of an interaction stands. */
	resting,
	/** The next frame is missing: the motion is carried on and dies away. */
	holding,
};

/** The frames that a display needs. */
struct Selection
{
	PlayState state = PlayState::waiting;
	/** The frame that is due, with its fraction. */
	std::optional<double> place;
	/** The last frame held that is not behind the place. */
	std::optional<HeldFrame> frame;
	/** The frame that is played towards. */
	std::optional<HeldFrame> following;
	/** Holding: the frame before, where the velocity can be told from it. */
	std::optional<HeldFrame> previous;
	/** The same frame was held at the display before. */
	bool goes_on_holding = false;
	/** The stream does not go on from what the display before showed. */
	bool breaks_off = false;
};

/** Moves along the frames, with the delay that their arrival calls for. */
class PlayHead
{
public:
	/** The frames for a time on the server's clock, which is never before the one of the last call. */
	Selection select(HeldFrames& frames, std::int64_t at_ns);

	/** Another timeline begins: nothing is counted yet, and what comes breaks off from what was shown last. */
	void restart();

	/** How much later than the server's clock it plays. */
	double delay_s() const { return delay_s_; }
	/** How often the motion had to be held. */
	std::int64_t holds() const { return holds_; }
	/** How long, in all. */
	double held_s() const { return held_s_; }

private:
	std::optional<double> moved_place(const HeldFrames& frames, std::int64_t at_ns, double passed_s);
	Selection case_at(const HeldFrames& frames, double place) const;
	bool breaks_off(const HeldFrames& frames, const Selection& now) const;

	double delay_s_ = 0.0;
	std::int64_t holds_ = 0;
	double held_s_ = 0.0;
	std::optional<std::int64_t> shown_ns_;
	Selection before_;
	bool has_shown_before_restart_ = false;
};

} // namespace ponimator
