// What a client asks and tells, and what it does where it is refused or told what is no message.
#include "RunningClient.h"

using namespace ponimator;
using namespace fake;

TEST(it_connects_opens_and_closes_its_session)
{
	fake::Server server;
	Running running(server);
	const auto connected = running.wait_for<events::Connected>();
	CHECK_EQUAL(connected->server, "ponimator-runtime 0.1.0");
	const auto opened = running.wait_for<events::Opened>();
	CHECK_EQUAL(opened->session, "s-0001");
	CHECK(!opened->resumed);
	CHECK_EQUAL(opened->skeleton.joints[0], "pelvis");
	CHECK_EQUAL(server.asked("ping").size(), 8u);
	running.stop();
	CHECK_EQUAL(server.asked("close_session").size(), 1u);
}

TEST(answers_carry_the_tickets_of_their_requests)
{
	fake::Server server;
	Running running(server);
	const Ticket trigger = running.client.trigger(handshake());
	const auto accepted = running.wait_for<events::Accepted>();
	CHECK_EQUAL(accepted->ticket, trigger);
	CHECK_EQUAL(accepted->interaction, 7);
	CHECK_EQUAL(accepted->apply_frame, 96);
	const Ticket cancel = running.client.cancel();
	CHECK_EQUAL(running.wait_for<events::CancelAccepted>()->ticket, cancel);
	CHECK_EQUAL(server.asked("interact").front().session, "s-0001");
}

TEST(a_refusal_is_told_in_the_servers_words)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.refuses_interact_with = "too_far"; });
	Running running(server);
	running.client.trigger(handshake());
	const auto refused = running.wait_for<events::Refused>();
	CHECK(refused->code == Code::too_far);
	CHECK_EQUAL(refused->message, "The server's own words.");
}

TEST(a_request_that_cannot_be_is_refused_here)
{
	fake::Server server;
	Running running(server);
	const Ticket ticket = running.client.trigger(Interact());
	const auto refused = running.wait_for<events::Refused>();
	CHECK_EQUAL(refused->ticket, ticket);
	CHECK(refused->code == Code::bad_request);
	CHECK(server.asked("interact").empty());
}

TEST(another_protocol_ends_the_attempts)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.protocol = 2; });
	Running running(server);
	const Ticket ticket = running.client.trigger(handshake());
	const auto ended = running.wait_for<events::Ended>();
	CHECK(ended->message.find("Expected protocol 1, got 2") != std::string::npos);
	CHECK_EQUAL(server.asked("hello").size(), 1u);
	const Ticket later = running.client.trigger(handshake());
	CHECK(later > ticket);
	// The first may be refused before the end is told or behind it, as it was asked.
	std::optional<events::Refused> refused;
	while (!refused || refused->ticket != later)
	{
		refused = running.wait_for<events::Refused>();
		CHECK(refused.has_value());
		CHECK(refused && (refused->ticket == ticket || refused->ticket == later));
		if (!refused)
		{
			break;
		}
	}
}

TEST(refused_keys_end_the_attempts)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.refuses_keys = true; });
	Running running(server);
	CHECK(running.wait_for<events::Ended>()->message.find("wants keys") != std::string::npos);
}

TEST(garbage_is_counted_told_once_a_second_and_dropped)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	const auto begin = std::chrono::steady_clock::now();
	for (int count = 0; count < 10; ++count)
	{
		server.say(Bytes{0xc1, 0x00});
		server.reply_with(Bytes{0x93});
	}
	server.say(golden::message("motion"));
	CHECK(running.wait_until([&] { return running.client.counters().playout.arrived.blocks == 1; }));
	CHECK(running.wait_until([&] { return running.client.counters().bad_messages == 20; }));
	running.client.trigger(handshake());
	int told = 0;
	std::optional<Event> event;
	while (!event || !std::holds_alternative<events::Accepted>(*event))
	{
		event = running.client.next_event();
		told += event && std::holds_alternative<events::BadMessage>(*event) ? 1 : 0;
	}
	CHECK(told >= 1);
	CHECK(told <= 2 + static_cast<int>(seconds_since(begin)));
}

TEST(a_gap_is_asked_for_once)
{
	fake::Server server;
	Running running(server);
	running.wait_for<events::Opened>();
	const auto block = [](std::uint8_t start) {
		return fake::with_byte(
			fake::with_byte(golden::message("motion"), "start", start), std::string("final"), 0xc2);
	};
	server.say(block(10));
	server.say(block(20));
	server.say(block(22));
	CHECK(running.wait_until([&] { return running.client.counters().playout.arrived.blocks == 3; }));
	CHECK(running.wait_until([&] { return !server.asked("resend").empty(); }));
	CHECK_EQUAL(server.asked("resend").size(), 1u);
	CHECK_EQUAL(server.asked("resend").front().start, 12);
	CHECK_EQUAL(server.asked("resend").front().stop, 20);
}

TEST(a_client_without_a_transport_says_why)
{
	Client client({}, []() -> Result<std::unique_ptr<Transport>> { return Error{ErrorKind::library_missing, "none"}; });
	client.trigger(handshake());
	client.run();
	CHECK(std::holds_alternative<events::Refused>(*client.next_event()));
	CHECK_EQUAL(std::get<events::Ended>(*client.next_event()).message, "none");
}

int main()
{
	return check::run_all();
}
