#include "Watcher.h"

#include "Telling.h"

#include "Core/Playout/Rotations.h"

#include <algorithm>
#include <cmath>

namespace probe
{
namespace
{

using namespace ponimator;

double step_between(const ShownPerson& a, const ShownPerson& b)
{
	const double x = double{b.translation.x} - double{a.translation.x};
	const double y = double{b.translation.y} - double{a.translation.y};
	const double z = double{b.translation.z} - double{a.translation.z};
	return std::sqrt(x * x + y * y + z * z);
}

double turn_between(const Quaternion& a, const Quaternion& b)
{
	const Vector3d turn = rotation_vector_between(
		{double{a.x}, double{a.y}, double{a.z}, double{a.w}}, {double{b.x}, double{b.y}, double{b.z}, double{b.w}});
	return std::sqrt(turn.x * turn.x + turn.y * turn.y + turn.z * turn.z);
}

} // namespace

void Watcher::see(const Shown& shown, std::int64_t at_ns)
{
	++displayed_;
	++of_state_[static_cast<int>(shown.state)];
	if (before_ns_)
	{
		longest_gap_ms_ = std::max(longest_gap_ms_, static_cast<double>(at_ns - *before_ns_) * 1e-6);
	}
	if (before_ && before_->persons && shown.persons)
	{
		for (std::size_t person = 0; person < limits::kPersonCount; ++person)
		{
			const ShownPerson& a = (*before_->persons)[person];
			const ShownPerson& b = (*shown.persons)[person];
			largest_step_m_ = std::max(largest_step_m_, step_between(a, b));
			for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
			{
				largest_turn_rad_ = std::max(largest_turn_rad_, turn_between(a.rotations[joint], b.rotations[joint]));
			}
		}
	}
	before_ns_ = at_ns;
	before_ = shown;
}

void Watcher::report(const Counters& counters) const
{
	const PlayoutCounters& playout = counters.playout;
	const Line counted = Line::object()
		.with("blocks", playout.arrived.blocks)
		.with("doubles", playout.arrived.doubles)
		.with("gaps", playout.arrived.gaps)
		.with("resends", counters.resends)
		.with("late_frames", playout.arrived.late_frames)
		.with("holds", playout.holds)
		.with("held_s", playout.held_s)
		.with("bad_messages", counters.bad_messages)
		.with("reconnections", counters.reconnections)
		.with("delay_s", playout.delay_s)
		.with("jitter_s", playout.jitter_s)
		.with("buffered_s", playout.buffered_s)
		.with("clock_offset_ms", counters.clock_offset_ms)
		.with("round_trip_ms", counters.round_trip_ms);
	Line("report")
		.with("displayed", displayed_)
		.with("playing", of_state_[static_cast<int>(PlayState::playing)])
		.with("holding", of_state_[static_cast<int>(PlayState::holding)])
		.with("resting", of_state_[static_cast<int>(PlayState::resting)])
		.with("waiting", of_state_[static_cast<int>(PlayState::waiting)])
		.with("longest_display_gap_ms", longest_gap_ms_)
		.with("largest_step_m", largest_step_m_)
		.with("largest_turn_rad", largest_turn_rad_)
		.with("counters", counted)
		.tell();
}

} // namespace probe
