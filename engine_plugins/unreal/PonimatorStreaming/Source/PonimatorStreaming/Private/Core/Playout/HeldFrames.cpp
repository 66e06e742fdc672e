#include "Core/Playout/HeldFrames.h"

#include "Core/Playout/Times.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ponimator
{
namespace
{

/** Frames no farther apart are shown as one motion; behind a longer hole the motion comes back. */
constexpr double kJoinedS = 0.1;
/** So far behind the place shown frames are kept. */
constexpr double kKeptBehindS = 2.0;
/** What a game that displays nothing may pile up: as much as can be asked for again at once. */
constexpr std::size_t kMostFrames = static_cast<std::size_t>(limits::kMaxResendFrames);
constexpr std::int64_t kNoRevision = -1;
/** The largest whole number of which a double still knows each. */
constexpr double kLargestPlace = 9007199254740992.0;

/** The last frame that is not behind a place. */
std::int64_t frame_number_at(double place)
{
	return static_cast<std::int64_t>(std::floor(std::clamp(place, -kLargestPlace, kLargestPlace)));
}

} // namespace

bool HeldFrame::joins(const HeldFrame& later) const
{
	const std::int64_t distance = later.number - number;
	return distance == 1 ||
		(static_cast<double>(distance) <= kJoinedS * static_cast<double>(block->rate_hz) && !is_last());
}

bool HeldFrame::is(const HeldFrame& other) const
{
	return number == other.number && block->revision == other.block->revision;
}

std::optional<FrameRange> HeldFrames::add(std::shared_ptr<const Motion> block, std::int64_t arrival_ns)
{
	++counts_.blocks;
	const std::int64_t newest_revision = revision_starts_.empty() ? kNoRevision : revision_starts_.rbegin()->first;
	drop_older(*block);
	const auto known = revision_starts_.emplace(block->revision, block->start).first;
	known->second = std::min(known->second, block->start);
	const std::optional<FrameRange> added = hold(block);
	counts_.doubles += added ? 0 : 1;
	if (block->revision >= newest_revision)
	{
		newest_ = block;
		const bool is_revision_new = block->revision > newest_revision;
		if (added && (is_revision_new || added->stop > next_frame_.value_or(0)))
		{
			// A frame is needed when the one before it is due: what is shown lies between the two.
			const auto frames_before = static_cast<double>(added->start - 1 - block->start);
			const double slack_s =
				seconds_between(arrival_ns, block->time_ns) + frames_before / static_cast<double>(block->rate_hz);
			arrivals_.add(slack_s, block->revision, arrival_ns);
		}
	}
	forget_revisions();
	forget_oldest();
	return missing_before(*block, newest_revision);
}

void HeldFrames::clear()
{
	*this = HeldFrames();
}

std::optional<double> HeldFrames::place_at(std::int64_t at_ns, double delay_s) const
{
	if (!newest_)
	{
		return std::nullopt;
	}
	const double passed_s = seconds_between(newest_->time_ns, at_ns) - delay_s;
	return static_cast<double>(newest_->start) + passed_s * static_cast<double>(newest_->rate_hz);
}

const HeldFrame* HeldFrames::frame(std::int64_t number) const
{
	const auto found = frames_.find(number);
	return found == frames_.end() ? nullptr : &found->second;
}

const HeldFrame* HeldFrames::frame_at(double place) const
{
	const auto behind = frames_.upper_bound(frame_number_at(place));
	return behind == frames_.begin() ? nullptr : &std::prev(behind)->second;
}

const HeldFrame* HeldFrames::frame_before(std::int64_t number) const
{
	const auto here = frames_.lower_bound(number);
	return here == frames_.begin() ? nullptr : &std::prev(here)->second;
}

const HeldFrame* HeldFrames::frame_behind(std::int64_t number) const
{
	const auto behind = frames_.upper_bound(number);
	return behind == frames_.end() ? nullptr : &behind->second;
}

void HeldFrames::shown(double place)
{
	shown_until_ = place;
	const std::int64_t before = frame_number_at(place - kKeptBehindS * static_cast<double>(newest_->rate_hz));
	const HeldFrame* here = frame_at(place);
	const HeldFrame* previous = here == nullptr ? nullptr : frame_before(here->number);
	// The frame shown and the one before it tell how the motion goes on.
	const std::int64_t last_needed = previous != nullptr ? previous->number : here != nullptr ? here->number : before;
	frames_.erase(frames_.begin(), frames_.lower_bound(std::min(before, last_needed)));
	forgotten_before_ = std::max(forgotten_before_, before);
}

double HeldFrames::buffered_s() const
{
	if (!newest_ || !shown_until_ || frames_.empty())
	{
		return 0.0;
	}
	const double frames_left = static_cast<double>(frames_.rbegin()->first) - *shown_until_;
	return std::max(0.0, frames_left) / static_cast<double>(newest_->rate_hz);
}

void HeldFrames::drop_older(const Motion& block)
{
	for (auto held = frames_.lower_bound(block.start); held != frames_.end();)
	{
		held = held->second.block->revision < block.revision ? frames_.erase(held) : std::next(held);
	}
}

std::optional<FrameRange> HeldFrames::hold(const std::shared_ptr<const Motion>& block)
{
	std::int64_t replaced_from = block->stop();
	for (auto newer = revision_starts_.upper_bound(block->revision); newer != revision_starts_.end(); ++newer)
	{
		replaced_from = std::min(replaced_from, newer->second);
	}
	std::optional<FrameRange> added;
	for (std::int64_t number = std::max(block->start, forgotten_before_); number < replaced_from; ++number)
	{
		const auto row = static_cast<std::size_t>(number - block->start);
		if (!frames_.emplace(number, HeldFrame{number, block, row}).second)
		{
			continue;
		}
		counts_.late_frames += shown_until_ && static_cast<double>(number) < *shown_until_ ? 1 : 0;
		added = FrameRange{added ? added->start : number, number + 1};
	}
	return added;
}

std::optional<FrameRange> HeldFrames::missing_before(const Motion& block, std::int64_t newest_revision)
{
	const bool came_again = block.revision == newest_revision && next_frame_ && block.stop() <= *next_frame_;
	if (block.revision < newest_revision || came_again)
	{
		return std::nullopt;
	}
	const std::optional<std::int64_t> expected = std::exchange(next_frame_, block.stop());
	const bool has_ended = std::exchange(final_seen_, block.final);
	if (!expected || has_ended || block.start <= *expected)
	{
		return std::nullopt;
	}
	++counts_.gaps;
	return FrameRange{*expected, block.start};
}

void HeldFrames::forget_revisions()
{
	// From the highest revision down: a start that lies no earlier than a higher revision's bounds nothing any more, and
	// below one that lies before all that is kept nothing is added anyway.
	std::int64_t smallest = limits::kMaxInt64;
	for (auto entry = revision_starts_.end(); entry != revision_starts_.begin();)
	{
		--entry;
		if (entry->second >= smallest || smallest <= forgotten_before_)
		{
			entry = revision_starts_.erase(entry);
			continue;
		}
		smallest = entry->second;
	}
}

void HeldFrames::forget_oldest()
{
	while (frames_.size() > kMostFrames)
	{
		frames_.erase(frames_.begin());
		forgotten_before_ = std::max(forgotten_before_, frames_.begin()->first);
	}
}

} // namespace ponimator
