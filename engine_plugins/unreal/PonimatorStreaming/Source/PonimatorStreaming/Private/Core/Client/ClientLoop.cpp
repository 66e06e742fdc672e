#include "Core/Client/ClientLoop.h"

#include "Core/Playout/Times.h"

#include <utility>

namespace ponimator
{
namespace
{

/** How soon the flag to stop is seen. */
constexpr double kStopSeenS = 0.01;
/** What a goodbye may take of the second in which a client stops. */
constexpr double kGoodbyeS = 0.25;
/** A server that is just stopping cuts a connection off once; one that wants another key, each. */
constexpr int kCutOffsTakenSeriously = 3;

} // namespace

ClientLoop::ClientLoop(SharedState& shared, Transport& transport)
	: shared_(shared),
	  transport_(transport),
	  bad_messages_(shared),
	  control_(shared, bad_messages_, transport),
	  backoff_(static_cast<std::uint32_t>(monotonic_ns())),
	  end_watch_(shared.settings.rate_hz)
{
}

void ClientLoop::run()
{
	while (!shared_.is_stopping)
	{
		Outcome outcome = connect();
		if (outcome.is_done())
		{
			outcome = stay();
		}
		keep_unanswered();
		if (outcome.kind == Outcome::Kind::stopped || shared_.is_stopping)
		{
			break;
		}
		const bool is_cut_off = !was_there_ && control_.cut_offs() >= kCutOffsTakenSeriously;
		if (outcome.kind == Outcome::Kind::ended || is_cut_off)
		{
			end(outcome.message);
			return;
		}
		tell_lost(outcome.message);
		pause(backoff_.next_s());
	}
	say_goodbye();
}

void ClientLoop::tell_lost(const std::string& message)
{
	if (!lost_ns_)
	{
		lost_ns_ = monotonic_ns();
		shared_.events.push(events::Lost{message});
	}
}

void ClientLoop::pause(double seconds)
{
	const std::int64_t until_ns = monotonic_ns() + nanoseconds_from_seconds(seconds);
	while (!shared_.is_stopping && monotonic_ns() < until_ns)
	{
		refuse_too_old();
		// Nothing is polled: what may still come of the connection before is of no use.
		transport_.wait(nullptr, nullptr, kStopSeenS);
	}
}

/** What was on its way when the server was lost is asked once more. */
void ClientLoop::keep_unanswered()
{
	for (GameRequest& request : control_.unanswered())
	{
		if (std::exchange(request.was_lost_once, true))
		{
			shared_.events.push(events::Refused{
				request.ticket, std::nullopt,
				"Expected an answer, but the server was lost twice while it was asked: ask again once it is back."});
			continue;
		}
		to_repeat_.push_back(std::move(request));
	}
	control_.forget();
}

/** A game that waited for so long has gone on to something else. */
void ClientLoop::refuse_too_old()
{
	const std::int64_t oldest_ns = monotonic_ns() - nanoseconds_from_seconds(shared_.settings.generation_timeout_s);
	while (std::optional<GameRequest> request = shared_.requests.pop())
	{
		to_repeat_.push_back(std::move(*request));
	}
	std::vector<GameRequest> young;
	for (GameRequest& request : to_repeat_)
	{
		if (request.asked_ns >= oldest_ns)
		{
			young.push_back(std::move(request));
			continue;
		}
		shared_.events.push(events::Refused{
			request.ticket, std::nullopt,
			"Expected a server in time, there was none: ask again once it is back."});
	}
	to_repeat_ = std::move(young);
}

void ClientLoop::end(const std::string& message)
{
	for (const GameRequest& request : to_repeat_)
	{
		shared_.events.push(events::Refused{request.ticket, std::nullopt, message});
	}
	to_repeat_.clear();
	end_attempts(shared_, message);
}

/** Lets the server have the session's place back at once, instead of when its lease is over. */
void ClientLoop::say_goodbye()
{
	if (session_.empty() || control_.connection() == nullptr || control_.connection()->standing() != Standing::up)
	{
		return;
	}
	if (control_.send(CloseSession{0, session_}, kGoodbyeS))
	{
		return;
	}
	const std::int64_t until_ns = monotonic_ns() + nanoseconds_from_seconds(kGoodbyeS);
	while (monotonic_ns() < until_ns)
	{
		transport_.wait(control_.connection(), nullptr, kStopSeenS);
		while (const std::optional<Answer> answer = control_.next_answer())
		{
			if (answer->pending && std::holds_alternative<CloseSession>(answer->pending->request))
			{
				return;
			}
		}
		if (control_.connection()->standing() != Standing::up)
		{
			return;
		}
	}
}

} // namespace ponimator
