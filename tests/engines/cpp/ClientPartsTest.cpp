// The parts of a client that know no time and no server.
#include "Check.h"

#include "Core/Client/Backoff.h"
#include "Core/Client/EndWatch.h"
#include "Core/Client/Endpoints.h"

#include <algorithm>

using namespace ponimator;

TEST(an_end_that_was_not_heard_is_told_a_second_later)
{
	EndWatch watch(30);
	watch.hear_motion(60);
	Heartbeat heartbeat;
	heartbeat.play_frame = 89;
	CHECK(!watch.hear_heartbeat(heartbeat, true));
	heartbeat.play_frame = 90;
	CHECK(!watch.hear_heartbeat(heartbeat, false));
	CHECK(watch.hear_heartbeat(heartbeat, true)->state == State::finished);
	CHECK(!watch.hear_heartbeat(heartbeat, true));
	watch.hear_motion(60);
	CHECK(!watch.hear_heartbeat(heartbeat, true));
	watch.hear_motion(80);
	Status finished;
	finished.state = State::finished;
	watch.hear_status(finished);
	heartbeat.play_frame = 1000;
	CHECK(!watch.hear_heartbeat(heartbeat, true));
}

TEST(delays_double_up_to_a_bound_cut_by_chance)
{
	Backoff backoff(1);
	double whole_s = 0.1;
	for (int attempt = 0; attempt < 8; ++attempt)
	{
		const double delay_s = backoff.next_s();
		CHECK(delay_s >= 0.5 * whole_s);
		CHECK(delay_s <= whole_s);
		whole_s = std::min(2.0, 2.0 * whole_s);
	}
	backoff.reset();
	CHECK(backoff.next_s() <= 0.1);
}

TEST(a_stream_anywhere_is_reached_where_the_server_answered)
{
	const std::string control = "tcp://studio.example:7740";
	CHECK_EQUAL(reachable("tcp://0.0.0.0:7741", control), "tcp://studio.example:7741");
	CHECK_EQUAL(reachable("tcp://*:7741", control), "tcp://studio.example:7741");
	CHECK_EQUAL(reachable("tcp://[::]:7741", control), "tcp://studio.example:7741");
	CHECK_EQUAL(reachable("tcp://127.0.0.1:7741", control), "tcp://studio.example:7741");
	CHECK_EQUAL(reachable("tcp://10.0.0.7:7741", control), "tcp://10.0.0.7:7741");
	CHECK_EQUAL(reachable("ipc:///somewhere", control), "ipc:///somewhere");
	CHECK_EQUAL(reachable("nonsense", control), "nonsense");
	CHECK_EQUAL(reachable("tcp://", control), "tcp://");
}

int main()
{
	return check::run_all();
}
