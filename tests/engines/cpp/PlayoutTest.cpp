// Laws of the playout buffer beyond the golden steps: it forgets what is past, takes any times, and never jumps.
#include "Check.h"

#include "Core/Playout/PlayoutBuffer.h"
#include "Core/Playout/Rotations.h"

#include <limits>
#include <memory>

using namespace ponimator;

namespace
{

constexpr std::int64_t kRateHz = 30;
constexpr std::int64_t kEpochNs = 7'000'000'000;
constexpr std::int64_t kFrameNs = 1'000'000'000 / kRateHz;

/** A block in which all turns about Y and moves along X, at one speed. */
std::shared_ptr<Motion> block(std::int64_t start, std::int64_t count, std::int64_t revision = 1, bool is_final = false)
{
	auto motion = std::make_shared<Motion>();
	motion->session = "s-1";
	motion->revision = revision;
	motion->start = start;
	motion->count = count;
	motion->rate_hz = kRateHz;
	motion->time_ns = kEpochNs + start * kFrameNs;
	motion->final = is_final;
	for (int person = 0; person < 2; ++person)
	{
		for (std::int64_t frame = start; frame < start + count; ++frame)
		{
			const float angle = 0.05f * static_cast<float>(frame);
			for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
			{
				motion->rotations.insert(motion->rotations.end(), {0.0f, std::sin(angle / 2), 0.0f, std::cos(angle / 2)});
			}
			motion->translations.insert(motion->translations.end(), {0.01f * static_cast<float>(frame), 1.0f, 0.0f});
			motion->foot_contacts.insert(motion->foot_contacts.end(), {0, 1, 0, 1});
		}
	}
	return motion;
}

std::int64_t time_of(double frame)
{
	return kEpochNs + static_cast<std::int64_t>(frame * static_cast<double>(kFrameNs));
}

double angle_between(const Quaternion& a, const Quaternion& b)
{
	const Vector3d v = rotation_vector_between(
		{double{a.x}, double{a.y}, double{a.z}, double{a.w}}, {double{b.x}, double{b.y}, double{b.z}, double{b.w}});
	return std::sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
}

} // namespace

TEST(rotation_vectors_go_there_and_back)
{
	const Vector3d vectors[] = {{0, 0, 0}, {1e-12, 0, 0}, {1e-5, -1e-5, 0}, {0.3, -0.2, 0.5}, {0, 3.1415, 0}};
	const Quaterniond from = rotation_from_vector({0.4, 0.1, -0.7});
	for (const Vector3d& vector : vectors)
	{
		const Quaterniond to = product(from, rotation_from_vector(vector));
		const Quaterniond negative = {-to.x, -to.y, -to.z, -to.w};
		for (const Quaterniond& rotation : {to, negative})
		{
			const Vector3d back = rotation_vector_between(from, rotation);
			CHECK_NEAR(back.x, vector.x, 1e-9);
			CHECK_NEAR(back.y, vector.y, 1e-9);
			CHECK_NEAR(back.z, vector.z, 1e-9);
		}
	}
}

TEST(what_was_played_is_forgotten_and_stays_so)
{
	HeldFrames frames;
	PlayHead head;
	for (std::int64_t start = 0; start < 3000; start += 10)
	{
		frames.add(block(start, 10, 1 + start / 300), time_of(static_cast<double>(start) - 60.0));
		head.select(frames, time_of(static_cast<double>(start) + 0.5));
	}
	CHECK(frames.all().size() < 100u);
	CHECK(frames.all().begin()->first >= 2900);
	const std::int64_t doubles = frames.counts().doubles;
	frames.add(block(100, 10, 10), time_of(3000));
	CHECK_EQUAL(frames.counts().doubles, doubles + 1);
}

TEST(what_nobody_displays_does_not_pile_up)
{
	HeldFrames frames;
	for (std::int64_t start = 0; start < 10000; start += 100)
	{
		frames.add(block(start, 100), time_of(static_cast<double>(start)));
	}
	CHECK_EQUAL(frames.all().size(), static_cast<std::size_t>(limits::kMaxResendFrames));
	CHECK_EQUAL(frames.all().rbegin()->first, 9999);
}

TEST(a_rest_keeps_its_frame_however_long)
{
	PlayoutBuffer buffer;
	buffer.add(block(0, 10, 1, true), time_of(-10));
	CHECK(buffer.show(time_of(0.5)).state == PlayState::playing);
	for (const double frame : {20.0, 2000.0, 1e6, 1e10})
	{
		const Shown shown = buffer.show(time_of(frame));
		CHECK(shown.state == PlayState::resting);
		CHECK_NEAR(double{(*shown.persons)[1].translation.x}, 0.09, 1e-6);
	}
}

TEST(any_times_are_borne)
{
	const std::int64_t least = std::numeric_limits<std::int64_t>::min();
	const std::int64_t most = std::numeric_limits<std::int64_t>::max();
	for (const std::int64_t block_ns : {least, std::int64_t{0}, most})
	{
		PlayoutBuffer buffer;
		for (const std::int64_t start : {std::int64_t{0}, most - limits::kMaxBlockFrames})
		{
			auto motion = block(0, 2);
			motion->start = start;
			motion->time_ns = block_ns;
			buffer.add(motion, most);
			for (const std::int64_t shown_ns : {least, std::int64_t{0}, most})
			{
				const Shown shown = buffer.show(shown_ns);
				CHECK(!shown.place || std::isfinite(*shown.place));
			}
		}
	}
}

TEST(no_pose_jumps_wherever_the_stream_breaks_off)
{
	PlayoutBuffer buffer;
	buffer.add(block(0, 20), time_of(-10));
	std::optional<Shown> before;
	double largest_step_m = 0.0;
	double largest_turn_rad = 0.0;
	const double frames_per_display = 0.25;
	for (double frame = 0.1; frame < 120.0; frame += frames_per_display)
	{
		// A hold from 19 on; then the stream is there again; then a revision that is somewhere else; then an end.
		if (frame > 31.0 && frame < 31.0 + frames_per_display)
		{
			buffer.add(block(20, 40), time_of(frame));
		}
		if (frame > 45.0 && frame < 45.0 + frames_per_display)
		{
			auto elsewhere = block(40, 36, 2, true);
			for (std::size_t index = 0; index < elsewhere->translations.size(); index += 3)
			{
				elsewhere->translations[index] += 0.5f;
			}
			buffer.add(elsewhere, time_of(frame));
		}
		const Shown shown = buffer.show(time_of(frame));
		CHECK(shown.persons.has_value());
		if (before)
		{
			const ShownPerson& a = (*before->persons)[0];
			const ShownPerson& b = (*shown.persons)[0];
			largest_step_m = std::max(largest_step_m, std::abs(double{b.translation.x} - double{a.translation.x}));
			largest_turn_rad = std::max(largest_turn_rad, angle_between(a.rotations[3], b.rotations[3]));
		}
		before = shown;
	}
	CHECK(before->state == PlayState::resting);
	CHECK(buffer.counters().holds >= 1);
	// Half a metre within a quarter of a second has at most 1.875 times its average speed, and the stream's is added.
	CHECK(largest_step_m < 0.5 * 1.875 / 7.5 * frames_per_display + 0.01);
	CHECK(largest_turn_rad < 0.1);
	CHECK(largest_step_m > 0.02);
}

TEST(another_timeline_begins_with_nothing)
{
	PlayoutBuffer buffer;
	buffer.add(block(200, 20), time_of(190));
	CHECK(buffer.show(time_of(210.5)).state == PlayState::playing);
	buffer.clear();
	CHECK(!buffer.next_frame());
	CHECK_EQUAL(buffer.counters().arrived.blocks, 0);
	CHECK(buffer.show(time_of(211)).state == PlayState::waiting);
	buffer.add(block(0, 20), time_of(-1));
	CHECK(buffer.show(time_of(3.5)).state == PlayState::playing);
}

TEST(what_was_shown_before_another_timeline_dies_away_without_a_jump)
{
	PlayoutBuffer buffer;
	buffer.add(block(200, 20, 1, true), time_of(190));
	const Shown before = buffer.show(time_of(230));
	buffer.clear();
	buffer.add(block(0, 20), time_of(-1));
	const Shown after = buffer.show(time_of(3.5));
	CHECK_NEAR(double{(*after.persons)[0].translation.x}, double{(*before.persons)[0].translation.x}, 1e-5);
	CHECK_NEAR(double{(*buffer.show(time_of(12.5)).persons)[0].translation.x}, 0.125, 1e-5);
}

int main()
{
	return check::run_all();
}
