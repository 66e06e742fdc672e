// The session's thread ends whatever the server does, and the game is told what happens in its order.
#include "Stage.h"

#include <memory>

using namespace stage;

namespace
{

/** Hears what a session tells. */
class Listener : public UObject
{
public:
	void hear(const FPonimatorEvent& event) { events.push_back(event); }

	/** The states of the interactions told, as words. */
	std::string states() const
	{
		std::string told;
		for (const FPonimatorEvent& event : events)
		{
			if (!event.bOfConnection)
			{
				told += (told.empty() ? "" : " ") + std::string(word_of(event.State));
			}
		}
		return told;
	}

	std::string last_message() const { return events.empty() ? "" : TCHAR_TO_UTF8(*events.back().Message); }

	std::vector<FPonimatorEvent> events;
};

Bytes status(const char* state, const char* code = nullptr)
{
	MsgpackWriter writer;
	writer.map(code == nullptr ? 5 : 7);
	const auto word = [&writer](const char* name, const char* value) {
		writer.string(name);
		writer.string(value);
	};
	word("type", "status");
	word("session", "s-0001");
	word("state", state);
	writer.string("time_ns");
	writer.integer(5);
	writer.string("interaction");
	writer.integer(7);
	if (code != nullptr)
	{
		word("code", code);
		word("message", "Its own words.");
	}
	return writer.take();
}

Interact hug()
{
	Interact request;
	request.text = "a hug";
	return request;
}

struct Connected
{
	Connected()
	{
		session = session_on(server);
		session->OnEvent.AddUObject(&listener, &Listener::hear);
		CHECK(until([this] { return session->GetConnection() == EPonimatorConnection::Connected; }));
	}

	bool until(const std::function<bool()>& is_there)
	{
		return wait_for([&] {
			session->Pump();
			return is_there();
		});
	}

	fake::Server server;
	Listener listener;
	TSharedPtr<FPonimatorSession> session;
};

} // namespace

TEST(an_interaction_is_told_from_accepted_to_finished)
{
	Connected there;
	there.session->Interact(hug());
	CHECK(there.until([&] { return there.listener.states() == "accepted"; }));
	for (const char* state : {"accepted", "playing", "late", "finished"})
	{
		there.server.say(status(state, std::string(state) == "late" ? "late" : nullptr));
	}
	CHECK(there.until([&] { return there.listener.events.back().State == State::finished; }));
	CHECK_EQUAL(there.listener.states(), "accepted playing late finished");
	CHECK_EQUAL(there.listener.events.back().Interaction, 7);
}

TEST(a_refusal_is_told_as_it_came)
{
	Connected there;
	there.server.change([](fake::Manners& manners) { manners.refuses_interact_with = "too_far"; });
	there.session->Interact(hug());
	CHECK(there.until([&] { return there.listener.states() == "failed"; }));
	CHECK_EQUAL(there.listener.last_message(), "too_far: The server's own words.");
}

TEST(another_protocol_is_no_lost_connection)
{
	fake::Server server;
	server.change([](fake::Manners& manners) { manners.protocol = 2; });
	const TSharedPtr<FPonimatorSession> session = session_on(server);
	CHECK(wait_for([&] {
		session->Pump();
		return session->GetConnection() == EPonimatorConnection::Failed;
	}));
	CHECK(std::string(TCHAR_TO_UTF8(*session->GetStatus())).find("protocol") != std::string::npos);
}

TEST(a_lost_server_is_looked_for_and_the_game_hears_of_it)
{
	Connected there;
	there.server.change([](fake::Manners& manners) { manners.is_there = false; });
	CHECK(there.until([&] { return there.session->GetConnection() == EPonimatorConnection::Connecting; }));
	CHECK(there.until([&] { return !there.session->GetStatus().IsEmpty(); }));
	there.server.change([](fake::Manners& manners) { manners.is_there = true; });
	CHECK(there.until([&] { return there.session->GetConnection() == EPonimatorConnection::Connected; }));
	CHECK_EQUAL(there.session->GetCounters().Reconnections, 1);
}

TEST(the_thread_ends_with_the_session_whatever_the_server_does)
{
	const std::function<void(fake::Manners&)> all[] = {
		[](fake::Manners&) {},
		[](fake::Manners& manners) { manners.answers = false; },
		[](fake::Manners& manners) { manners.is_there = false; },
		[](fake::Manners& manners) { manners.refuses_keys = true; },
	};
	for (const auto& manners : all)
	{
		fake::Server server;
		server.change(manners);
		{
			const TSharedPtr<FPonimatorSession> session = session_on(server);
			CHECK_EQUAL(FRunnableThread::StandinRunning() <= 1, true);
			session->Pump();
		}
		CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
	}
}

TEST(a_session_may_be_shut_down_twice_and_goes_on_to_answer)
{
	Connected there;
	there.session->Shutdown();
	there.session->Shutdown();
	CHECK(there.session->GetConnection() == EPonimatorConnection::Stopped);
	there.session->Interact(hug());
	there.session->Pump();
	++GFrameCounter;
	CHECK(!there.session->GetShown().persons.has_value());
}

int main() { return check::run_all(); }
