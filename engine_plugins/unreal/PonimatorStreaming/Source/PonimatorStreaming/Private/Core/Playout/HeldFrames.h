// The frames of one session by absolute number, revisions applied.
#pragma once

#include "Core/Playout/Arrivals.h"
#include "Core/Wire/StreamMessages.h"

#include <map>
#include <memory>
#include <optional>

namespace ponimator
{

/** One frame: its number, the block that it came in, and its row there. */
struct HeldFrame
{
	std::int64_t number = 0;
	std::shared_ptr<const Motion> block;
	std::size_t row = 0;

	/** Whether its interaction ends with it. */
	bool is_last() const { return block->final && number + 1 == block->stop(); }
	/** Whether the motion goes on from here to a later frame, the next one held. */
	bool joins(const HeldFrame& later) const;
	/** Whether this is the same frame of the same revision. */
	bool is(const HeldFrame& other) const;
};

/** Absolute frames [start, stop). */
struct FrameRange
{
	std::int64_t start = 0;
	std::int64_t stop = 0;
};

/** What came, counted. */
struct ArrivalCounts
{
	std::int64_t blocks = 0;
	/** Blocks that brought nothing new. */
	std::int64_t doubles = 0;
	/** How many times frames were missing when a later block came. */
	std::int64_t gaps = 0;
	/** Frames that came when their place had been shown already. */
	std::int64_t late_frames = 0;
};

/** Takes blocks in as they come, and finds frames; for one thread at a time. */
class HeldFrames
{
public:
	/** Takes a block in that arrived then on the server's clock; returns the frames before it that have not come. */
	std::optional<FrameRange> add(std::shared_ptr<const Motion> block, std::int64_t arrival_ns);

	/** A subscription begins, at that time on the server's clock. */
	void subscribed(std::int64_t at_ns) { arrivals_.subscribed(at_ns); }

	/** Another timeline begins: all frames go, and what was counted of them. */
	void clear();

	/** The frame that is due at a time on the server's clock, with its fraction; none before the first block. */
	std::optional<double> place_at(std::int64_t at_ns, double delay_s) const;

	/** The frame of that number. */
	const HeldFrame* frame(std::int64_t number) const;
	/** The last frame held that is not behind a place. */
	const HeldFrame* frame_at(double place) const;
	/** The last frame held before that number. */
	const HeldFrame* frame_before(std::int64_t number) const;
	/** The first frame held behind that number. */
	const HeldFrame* frame_behind(std::int64_t number) const;
	/** All frames held, in order. */
	const std::map<std::int64_t, HeldFrame>& all() const { return frames_; }

	/** A place was displayed: what came late is told by it, and what is far behind it is dropped. */
	void shown(double place);

	/** The frame after the newest one received; none before the first. */
	std::optional<std::int64_t> next_frame() const { return next_frame_; }
	/** Whether the newest block was the last of its interaction. */
	bool final_seen() const { return final_seen_; }
	/** What is held behind the place shown last. */
	double buffered_s() const;
	const ArrivalCounts& counts() const { return counts_; }
	const Arrivals& arrivals() const { return arrivals_; }

private:
	void drop_older(const Motion& block);
	std::optional<FrameRange> hold(const std::shared_ptr<const Motion>& block);
	std::optional<FrameRange> missing_before(const Motion& block, std::int64_t newest_revision);
	void forget_revisions();
	void forget_oldest();

	std::map<std::int64_t, HeldFrame> frames_;
	/** The smallest start of each revision, as far as it still matters. */
	std::map<std::int64_t, std::int64_t> revision_starts_;
	std::shared_ptr<const Motion> newest_;
	std::optional<std::int64_t> next_frame_;
	std::optional<double> shown_until_;
	std::int64_t forgotten_before_ = 0;
	bool final_seen_ = false;
	ArrivalCounts counts_;
	Arrivals arrivals_;
};

} // namespace ponimator
