#include "Core/Playout/Arrivals.h"

#include "Core/Playout/Times.h"

#include <algorithm>
#include <cstddef>

namespace ponimator
{
namespace
{

constexpr double kMaxDelayS = 0.5;
constexpr std::size_t kKeptSlacks = 32;
/** Of each new difference in the moving average, as of RTP (RFC 3550, 6.4.1). */
constexpr double kJitterShare = 1.0 / 16.0;
constexpr double kJittersOfSafety = 3.0;
constexpr double kSettlingS = 2.0;

} // namespace

void Arrivals::add(double slack_s, std::int64_t revision, std::int64_t arrival_ns)
{
	const bool is_settling = subscribed_ns_ && seconds_between(*subscribed_ns_, arrival_ns) < kSettlingS;
	if (slack_s < 0.0 && is_settling)
	{
		return;
	}
	// A server sends the first blocks of a revision all at once: only within one revision, and only a fall, is a change
	// of the slack the network's. Twice, for a rise follows each fall.
	if (last_ && last_->revision == revision)
	{
		const double fall_s = std::max(0.0, last_->slack_s - slack_s);
		jitter_s_ += (2.0 * fall_s - jitter_s_) * kJitterShare;
	}
	last_ = Counted{revision, slack_s};
	slacks_s_.push_back(slack_s);
	if (slacks_s_.size() > kKeptSlacks)
	{
		slacks_s_.pop_front();
	}
}

double Arrivals::wanted_delay_s() const
{
	if (slacks_s_.empty())
	{
		return 0.0;
	}
	const double smallest_s = *std::min_element(slacks_s_.begin(), slacks_s_.end());
	return std::clamp(kJittersOfSafety * jitter_s_ - smallest_s, 0.0, kMaxDelayS);
}

} // namespace ponimator
