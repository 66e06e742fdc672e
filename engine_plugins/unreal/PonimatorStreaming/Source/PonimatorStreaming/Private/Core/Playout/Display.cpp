#include "Core/Playout/Display.h"

#include "Core/Playout/Times.h"

#include <algorithm>
#include <cmath>

namespace ponimator
{
namespace
{

constexpr double kHoldTauS = 0.15;
constexpr double kComingBackS = 0.25;

PairPose pose_of(const HeldFrame& frame)
{
	const Motion& block = *frame.block;
	PairPose pose;
	for (std::size_t person = 0; person < limits::kPersonCount; ++person)
	{
		const std::size_t row = person * static_cast<std::size_t>(block.count) + frame.row;
		const float* translation = &block.translations[row * 3];
		pose.translations[person] = {double{translation[0]}, double{translation[1]}, double{translation[2]}};
		for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
		{
			const float* q = &block.rotations[(row * limits::kJointCount + joint) * 4];
			pose.rotations[person][joint] = {double{q[0]}, double{q[1]}, double{q[2]}, double{q[3]}};
		}
	}
	return pose;
}

/** The step from one pose to another, times a factor. */
PairStep step_between(const PairPose& from, const PairPose& to, double factor)
{
	PairStep step;
	for (std::size_t person = 0; person < limits::kPersonCount; ++person)
	{
		step.shifts[person] = factor * (to.translations[person] - from.translations[person]);
		for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
		{
			step.turns[person][joint] =
				factor * rotation_vector_between(from.rotations[person][joint], to.rotations[person][joint]);
		}
	}
	return step;
}

/** A pose and a share of a step. */
PairPose stepped(const PairPose& from, const PairStep& step, double share)
{
	PairPose pose;
	for (std::size_t person = 0; person < limits::kPersonCount; ++person)
	{
		pose.translations[person] = from.translations[person] + share * step.shifts[person];
		for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
		{
			pose.rotations[person][joint] =
				product(from.rotations[person][joint], rotation_from_vector(share * step.turns[person][joint]));
		}
	}
	return pose;
}

} // namespace

PairPose Display::Course::carried_on(double place) const
{
	const double passed_s = std::max(0.0, place - static_cast<double>(number)) / rate_hz;
	return stepped(start, velocity, -kHoldTauS * std::expm1(-passed_s / kHoldTauS));
}

PairPose Display::Course::pose(double place) const
{
	if (state == PlayState::holding)
	{
		return carried_on(place);
	}
	return stepped(start, velocity, (place - static_cast<double>(number)) / rate_hz);
}

std::optional<PairPose> Display::pose(const Selection& selection, std::int64_t at_ns)
{
	if (!selection.frame)
	{
		course_.reset();
		difference_.reset();
		return std::nullopt;
	}
	const double place = *selection.place;
	const Course now = selection.goes_on_holding && course_ ? *course_ : course_of(selection);
	const PairPose stream = now.pose(place);
	if (selection.breaks_off && course_)
	{
		const PairPose shown = with_difference(course_->carried_on(place), at_ns);
		difference_ = Difference{at_ns, step_between(stream, shown, 1.0)};
	}
	course_ = now;
	return with_difference(stream, at_ns);
}

Display::Course Display::course_of(const Selection& selection) const
{
	Course course;
	course.state = selection.state;
	course.number = selection.frame->number;
	course.rate_hz = static_cast<double>(selection.frame->block->rate_hz);
	course.start = pose_of(*selection.frame);
	const std::optional<HeldFrame>& earlier = selection.following ? selection.frame : selection.previous;
	const std::optional<HeldFrame>& later = selection.following ? selection.following : selection.frame;
	if (earlier)
	{
		const auto frames_between = static_cast<double>(later->number - earlier->number);
		course.velocity = step_between(pose_of(*earlier), pose_of(*later), course.rate_hz / frames_between);
	}
	return course;
}

PairPose Display::with_difference(const PairPose& pose, std::int64_t at_ns) const
{
	if (!difference_)
	{
		return pose;
	}
	const double s = std::clamp(seconds_between(difference_->whole_ns, at_ns) / kComingBackS, 0.0, 1.0);
	return stepped(pose, difference_->step, 1.0 - s * s * s * (10.0 - s * (15.0 - 6.0 * s)));
}

} // namespace ponimator
