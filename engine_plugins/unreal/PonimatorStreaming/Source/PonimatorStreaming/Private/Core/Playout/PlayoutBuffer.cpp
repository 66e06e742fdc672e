#include "Core/Playout/PlayoutBuffer.h"

#include <utility>

namespace ponimator
{
namespace
{

std::array<bool, limits::kFootCount> foot_contacts_of(const HeldFrame& frame, std::size_t person)
{
	const std::size_t row = person * static_cast<std::size_t>(frame.block->count) + frame.row;
	std::array<bool, limits::kFootCount> contacts{};
	for (std::size_t foot = 0; foot < limits::kFootCount; ++foot)
	{
		contacts[foot] = frame.block->foot_contacts[row * limits::kFootCount + foot] != 0;
	}
	return contacts;
}

ShownPerson person_from_pose(const PairPose& pose, std::size_t person)
{
	ShownPerson shown;
	for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
	{
		const Quaterniond& q = pose.rotations[person][joint];
		shown.rotations[joint] = {
			static_cast<float>(q.x), static_cast<float>(q.y), static_cast<float>(q.z), static_cast<float>(q.w)};
	}
	const Vector3d& at = pose.translations[person];
	shown.translation = {static_cast<float>(at.x), static_cast<float>(at.y), static_cast<float>(at.z)};
	return shown;
}

} // namespace

std::optional<FrameRange> PlayoutBuffer::add(std::shared_ptr<const Motion> block, std::int64_t arrival_ns)
{
	const std::lock_guard<std::mutex> lock(mutex_);
	return frames_.add(std::move(block), arrival_ns);
}

void PlayoutBuffer::subscribed(std::int64_t at_ns)
{
	const std::lock_guard<std::mutex> lock(mutex_);
	frames_.subscribed(at_ns);
}

void PlayoutBuffer::clear()
{
	const std::lock_guard<std::mutex> lock(mutex_);
	frames_.clear();
	play_head_.restart();
}

std::optional<std::int64_t> PlayoutBuffer::next_frame() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	return frames_.next_frame();
}

bool PlayoutBuffer::final_seen() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	return frames_.final_seen();
}

PlayoutCounters PlayoutBuffer::counters() const
{
	const std::lock_guard<std::mutex> lock(mutex_);
	PlayoutCounters counters;
	counters.arrived = frames_.counts();
	counters.holds = play_head_.holds();
	counters.held_s = play_head_.held_s();
	counters.delay_s = play_head_.delay_s();
	counters.jitter_s = frames_.arrivals().jitter_s();
	counters.buffered_s = frames_.buffered_s();
	return counters;
}

Shown PlayoutBuffer::show(std::int64_t server_time_ns)
{
	Shown shown;
	Selection selection;
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		selection = play_head_.select(frames_, server_time_ns);
		if (selection.frame)
		{
			shown.contacts = shown_contacts(frames_, *selection.frame, *selection.place);
		}
	}
	shown.state = selection.state;
	shown.place = selection.place;
	const std::optional<PairPose> pose = display_.pose(selection, server_time_ns);
	if (pose)
	{
		shown.interaction = selection.frame->block->interaction;
		shown.persons.emplace();
		for (std::size_t person = 0; person < limits::kPersonCount; ++person)
		{
			(*shown.persons)[person] = person_from_pose(*pose, person);
			(*shown.persons)[person].foot_contacts = foot_contacts_of(*selection.frame, person);
		}
	}
	return shown;
}

} // namespace ponimator
