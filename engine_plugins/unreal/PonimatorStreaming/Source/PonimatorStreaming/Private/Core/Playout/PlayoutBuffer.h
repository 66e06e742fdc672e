// The playout buffer: blocks go in on the client thread, poses come out on the game's thread.
#pragma once

#include "Core/Frames.h"
#include "Core/Playout/Display.h"
#include "Core/Playout/HeldFrames.h"
#include "Core/Playout/PlayHead.h"
#include "Core/Playout/ShownContacts.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ponimator
{

/** One person as shown, in the wire's frame. */
struct ShownPerson
{
	/** Root to world, others to their parent. */
	std::array<Quaternion, limits::kJointCount> rotations{};
	/** Metres; pelvis = rest pelvis + translation. */
	Vector3 translation;
	/** Left heel, left toe, right heel, right toe. */
	std::array<bool, limits::kFootCount> foot_contacts{};
};

/** What a display shows. */
struct Shown
{
	PlayState state = PlayState::waiting;
	/** The frame that is due, with its fraction; none before the first block. */
	std::optional<double> place;
	/** Whose frame is shown; none while waiting, like all that follows. */
	std::optional<std::int64_t> interaction;
	std::optional<std::array<ShownPerson, limits::kPersonCount>> persons;
	std::vector<ShownContact> contacts;
};

/** What was counted, and how the buffer stands now. */
struct PlayoutCounters
{
	ArrivalCounts arrived;
	std::int64_t holds = 0;
	double held_s = 0.0;
	double delay_s = 0.0;
	double jitter_s = 0.0;
	double buffered_s = 0.0;
};

/** Frames between two threads; the lock is held while frames are found, not while poses are computed. */
class PlayoutBuffer
{
public:
	/** Takes a block in that arrived then on the server's clock; returns the frames before it that have not come. */
	std::optional<FrameRange> add(std::shared_ptr<const Motion> block, std::int64_t arrival_ns);
	/** A subscription begins, at that time on the server's clock. */
	void subscribed(std::int64_t at_ns);
	/** Another timeline begins: all frames go, and what was counted of them. */
	void clear();

	/** The frame after the newest one received; none before the first. */
	std::optional<std::int64_t> next_frame() const;
	/** Whether the newest block was the last of its interaction. */
	bool final_seen() const;
	PlayoutCounters counters() const;

	/** What to show at a time on the server's clock, which never goes back; for one thread, once a frame of the game. */
	Shown show(std::int64_t server_time_ns);

private:
	mutable std::mutex mutex_;
	HeldFrames frames_;
	PlayHead play_head_;
	/** Only the thread that shows comes here. */
	Display display_;
};

} // namespace ponimator
