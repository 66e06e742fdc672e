// What a client does with a server that is not there yet, is lost, comes back, forgets or falls silent.
#include "RunningClient.h"

using namespace ponimator;
using namespace fake;

TEST(a_server_that_comes_later_is_found)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.is_there = false; });
	server.change([](fake::Manners& manners) { manners.answers = false; });
	Running running(server);
	CHECK(running.wait_for<events::Lost>()->message.find("ponimator serve") != std::string::npos);
	server.change([](fake::Manners& manners) { manners.is_there = manners.answers = true; });
	CHECK(running.wait_for<events::Opened>().has_value());
	CHECK_EQUAL(running.client.counters().reconnections, 0);
}

TEST(a_lost_server_is_found_again_and_what_was_missed_asked_for)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	server.say(golden::message("motion"));
	CHECK(running.wait_until([&] { return running.client.counters().playout.arrived.blocks == 1; }));
	server.change([](fake::Manners& manners) { manners.is_there = false; });
	running.wait_for<events::Lost>();
	server.change([](fake::Manners& manners) { manners.is_there = true; });
	CHECK(running.wait_for<events::Recovered>()->seconds > 0.0);
	CHECK(running.wait_for<events::Opened>()->resumed);
	CHECK(running.wait_until([&] { return !server.asked("resend").empty(); }));
	CHECK_EQUAL(server.asked("resend").front().start, 98);
	CHECK_EQUAL(server.asked("resend").front().stop, 98 + limits::kMaxResendFrames);
	CHECK_EQUAL(server.asked("open_session").back().session, "s-0001");
	CHECK_EQUAL(running.client.counters().reconnections, 1);
	CHECK_EQUAL(running.client.counters().resends, 1);
}

TEST(a_forgotten_session_is_opened_anew_and_the_buffer_emptied)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	server.say(golden::message("motion"));
	CHECK(running.wait_until([&] { return running.client.counters().playout.arrived.blocks == 1; }));
	server.change([](fake::Manners& manners) { manners.is_there = false; });
	running.wait_for<events::Lost>();
	server.change(
		[](fake::Manners& manners)
		{
			manners.is_there = true;
			manners.knows_session = false;
			manners.session = "s-0002";
		});
	CHECK(running.wait_for<events::InteractionLost>().has_value());
	CHECK(running.wait_for<events::Recovered>().has_value());
	const auto opened = running.wait_for<events::Opened>();
	CHECK(!opened->resumed);
	CHECK_EQUAL(opened->session, "s-0002");
	CHECK_EQUAL(running.client.counters().playout.arrived.blocks, 0);
	CHECK(running.client.show().state == PlayState::waiting);
	CHECK(server.asked("resend").empty());
}

TEST(a_session_that_a_request_finds_forgotten_is_opened_anew_and_asked_again)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	server.change(
		[](fake::Manners& manners)
		{
			manners.refuses_interact_with = "unknown_session";
			manners.knows_session = false;
		});
	const Ticket ticket = running.client.trigger(handshake());
	running.wait_for<events::Lost>();
	server.change([](fake::Manners& manners) { manners.refuses_interact_with.clear(); });
	running.wait_for<events::Opened>();
	CHECK_EQUAL(running.wait_for<events::Accepted>()->ticket, ticket);
}

TEST(a_trigger_that_was_lost_with_the_server_is_asked_once_more)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	server.change([](fake::Manners& manners) { manners.answers = false; });
	const Ticket ticket = running.client.trigger(handshake());
	CHECK(running.wait_until([&] { return server.asked("interact").size() == 1; }));
	server.change([](fake::Manners& manners) { manners.is_there = false; });
	running.wait_for<events::Lost>();
	server.change([](fake::Manners& manners) { manners.is_there = manners.answers = true; });
	CHECK_EQUAL(running.wait_for<events::Accepted>()->ticket, ticket);
	CHECK_EQUAL(server.asked("interact").size(), 2u);
}

TEST(a_silent_server_counts_as_lost)
{
	fake::Server server;
	Running running(server, impatient());
	running.wait_for<events::Opened>();
	server.change([](fake::Manners& manners) { manners.answers = false; });
	running.client.cancel();
	CHECK(running.wait_for<events::Lost>()->message.find("Expected an answer to a cancel within 0.2 s") == 0);
}

TEST(without_heartbeats_the_server_counts_as_lost)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	CHECK(running.wait_for<events::Lost>()->message.find("Expected a heartbeat") == 0);
	CHECK(running.wait_for<events::Opened>()->resumed);
}

TEST(a_trigger_is_not_kept_for_ever)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.is_there = manners.answers = false; });
	Running running(server, impatient());
	const Ticket ticket = running.client.trigger(handshake());
	CHECK_EQUAL(running.wait_for<events::Refused>()->ticket, ticket);
}

TEST(it_stops_without_waiting_for_the_server)
{
	fake::Server silent;
	silent.change([](fake::Manners& manners) { manners.answers = false; });
	Running waiting(silent);
	CHECK(waiting.wait_until([&] { return !silent.asked("hello").empty(); }));
	CHECK(waiting.stop() < kStopS);

	fake::Server turns_silent;
	Running connected(turns_silent);
	connected.wait_for<events::Opened>();
	turns_silent.change([](fake::Manners& manners) { manners.answers = false; });
	connected.client.trigger(handshake());
	CHECK(connected.wait_until([&] { return !turns_silent.asked("interact").empty(); }));
	CHECK(connected.stop() < kStopS);

	fake::Server absent;
	absent.change([](fake::Manners& manners) { manners.is_there = false; });
	Running looking(absent);
	looking.wait_for<events::Lost>();
	CHECK(looking.stop() < kStopS);
}

int main()
{
	return check::run_all();
}
