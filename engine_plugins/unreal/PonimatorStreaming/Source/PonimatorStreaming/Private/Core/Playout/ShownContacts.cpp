#include "Core/Playout/ShownContacts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace ponimator
{
namespace
{

/** So far ahead and back contacts are told. */
constexpr double kContactAheadS = 0.25;

using Joints = std::pair<std::int64_t, std::int64_t>;
using Runs = std::map<Joints, std::vector<FrameRange>>;

/** One frame more in which two joints touch. */
void lengthen(std::vector<FrameRange>& runs, const HeldFrame& held, const HeldFrame* before)
{
	if (!runs.empty() && runs.back().stop > held.number)
	{
		return; // said twice
	}
	const bool goes_on =
		!runs.empty() && before != nullptr && runs.back().stop == before->number + 1 && before->joins(held);
	if (goes_on)
	{
		runs.back().stop = held.number + 1;
		return;
	}
	runs.push_back({held.number, held.number + 1});
}

/** Frames in a row, of those numbered from first to last, in which the same joints touch. */
Runs runs_within(const HeldFrames& frames, std::int64_t first, double last)
{
	Runs runs;
	const HeldFrame* before = nullptr;
	const auto& all = frames.all();
	for (auto entry = all.lower_bound(first); entry != all.end() && static_cast<double>(entry->first) <= last; ++entry)
	{
		const auto& [number, held] = *entry;
		for (const Contact& contact : held.block->contacts)
		{
			if (contact.start <= number && number < contact.stop)
			{
				lengthen(runs[{contact.a, contact.b}], held, before);
			}
		}
		before = &held;
	}
	return runs;
}

} // namespace

std::vector<ShownContact> shown_contacts(const HeldFrames& frames, const HeldFrame& shown, double place)
{
	const auto rate_hz = static_cast<double>(shown.block->rate_hz);
	const double reach = kContactAheadS * rate_hz;
	// The place is not before the frame shown, so that this is a number of a frame.
	const double first = std::min(static_cast<double>(shown.number), std::floor(place - reach) - 1.0);
	std::vector<ShownContact> contacts;
	for (const auto& [joints, runs] : runs_within(frames, static_cast<std::int64_t>(first), std::ceil(place + reach)))
	{
		for (const FrameRange& run : runs)
		{
			const bool touches = run.start <= shown.number && shown.number < run.stop;
			const double until = static_cast<double>(run.start) - place;
			const double since = place - static_cast<double>(run.stop);
			const bool has_just_parted = since >= -reach && since <= reach;
			const bool is_about_to = until >= 0.0 && until <= reach;
			if (touches || has_just_parted || is_about_to)
			{
				contacts.push_back({
					static_cast<std::int32_t>(joints.first),
					static_cast<std::int32_t>(joints.second),
					touches,
					std::max(0.0, until) / rate_hz,
					touches ? 0.0 : std::max(0.0, since) / rate_hz,
				});
			}
		}
	}
	return contacts;
}

} // namespace ponimator
