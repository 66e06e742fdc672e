// The way to the server: hello, clocks, session, stream.
#include "Core/Client/ClientLoop.h"

#include "Core/Client/Endpoints.h"
#include "Core/Client/KeyWords.h"
#include "Core/Playout/Times.h"
#include "Core/Wire/Words.h"

#include <utility>

namespace ponimator
{
namespace
{

constexpr double kStreamLookAgainS = 0.005;

Outcome unexpected_reply(const char* request, const char* expected)
{
	return {
		Outcome::Kind::failed,
		std::string("Expected ") + expected + " as the answer to a " + request +
			", got another reply: is that a ponimator server of this release?"};
}

bool can_be_mended_by_waiting(Code code)
{
	return code == Code::busy || code == Code::late || code == Code::internal;
}

} // namespace

Outcome ClientLoop::connect()
{
	stream_.reset();
	Outcome outcome = control_.open();
	if (outcome.is_done())
	{
		outcome = say_hello();
	}
	if (outcome.is_done())
	{
		outcome = compare_clocks();
	}
	if (outcome.is_done())
	{
		outcome = open_session();
	}
	if (outcome.is_done())
	{
		outcome = subscribe();
	}
	if (outcome.is_done())
	{
		begin_to_stay();
	}
	return outcome;
}

Outcome ClientLoop::say_hello()
{
	ServerReply reply;
	const Outcome outcome =
		control_.ask(Hello{0, kProtocol, shared_.settings.client}, shared_.settings.reply_timeout_s, reply);
	if (!outcome.is_done())
	{
		return outcome;
	}
	if (const auto* refusal = std::get_if<Refusal>(&reply))
	{
		return refused_on_the_way(*refusal);
	}
	const auto* hello = std::get_if<HelloOk>(&reply);
	if (hello == nullptr)
	{
		return unexpected_reply("hello", "hello_ok");
	}
	shared_.events.push(events::Connected{hello->server, hello->protocol});
	stream_endpoint_ = reachable(hello->stream, shared_.settings.control);
	return {};
}

Outcome ClientLoop::compare_clocks()
{
	// The clock from before stays for as long as this one knows too little: the game shows poses by it.
	ServerClock clock;
	for (int ping = 0; ping < kFirstPings; ++ping)
	{
		const std::int64_t sent_ns = monotonic_ns();
		ServerReply reply;
		const Outcome outcome = control_.ask(Ping{}, shared_.settings.reply_timeout_s, reply);
		if (!outcome.is_done())
		{
			return outcome;
		}
		const auto* pong = std::get_if<Pong>(&reply);
		if (pong == nullptr)
		{
			return unexpected_reply("ping", "pong");
		}
		clock.add({sent_ns, pong->server_receive_ns, pong->server_send_ns, monotonic_ns()});
	}
	pinged_ns_ = monotonic_ns();
	shared_.clock.set(clock);
	return {};
}

Outcome ClientLoop::open_session()
{
	OpenSession request;
	request.characters = shared_.settings.characters;
	request.rate_hz = shared_.settings.rate_hz;
	request.profile = shared_.settings.profile;
	if (!session_.empty() && !is_session_gone_)
	{
		request.session = session_;
	}
	ServerReply reply;
	const Outcome outcome = control_.ask(request, shared_.settings.reply_timeout_s, reply);
	if (!outcome.is_done())
	{
		return outcome;
	}
	if (const auto* refusal = std::get_if<Refusal>(&reply))
	{
		if (refusal->code == Code::unknown_session && request.session)
		{
			is_session_gone_ = true;
			return open_session();
		}
		return refused_on_the_way(*refusal);
	}
	auto* opened = std::get_if<SessionOpened>(&reply);
	if (opened == nullptr)
	{
		return unexpected_reply("open_session", "session_opened");
	}
	const std::string before = std::exchange(session_, opened->session);
	topic_ = opened->topic;
	is_session_gone_ = false;
	is_resumed_ = before == session_;
	skeleton_ = std::move(opened->skeleton);
	if (!before.empty() && !is_resumed_)
	{
		// Another timeline: nothing that was received of the one before has a place on it.
		shared_.playout.clear();
		shared_.resends = 0;
		end_watch_ = EndWatch(shared_.settings.rate_hz);
		forgotten_session_ = before;
	}
	return {};
}

/** Listens to the session's stream; done when something comes from there, for what is said before is lost. */
Outcome ClientLoop::subscribe()
{
	Result<std::unique_ptr<Connection>> made =
		transport_.connect_stream(stream_endpoint_, topic_, shared_.settings.keys);
	if (!made)
	{
		return {Outcome::Kind::failed, made.error().message};
	}
	stream_ = std::move(*made);
	const std::int64_t deadline_ns = monotonic_ns() + nanoseconds_from_seconds(shared_.settings.reply_timeout_s);
	while (!shared_.is_stopping)
	{
		transport_.wait(stream_.get(), nullptr, kStreamLookAgainS);
		if (std::optional<Bytes> first = stream_->receive())
		{
			shared_.playout.subscribed(shared_.clock.server_time_ns());
			greeting_ = std::move(*first);
			return {};
		}
		if (stream_->standing() == Standing::refused)
		{
			return {Outcome::Kind::ended, refused_keys(shared_.settings)};
		}
		if (Outcome outcome = control_.failure(); !outcome.is_done())
		{
			return outcome;
		}
		if (!is_alive(stream_->standing()) || monotonic_ns() >= deadline_ns)
		{
			return {
				Outcome::Kind::failed,
				"The stream lane at " + stream_endpoint_ + " says nothing: expected the session's skeleton within " +
					words_of_real(shared_.settings.reply_timeout_s) + " s. Is that port reachable from here?"};
		}
	}
	return {Outcome::Kind::stopped, ""};
}

/** The server is there: tells what became of the loss before, and asks for the frames that were missed meanwhile. */
void ClientLoop::begin_to_stay()
{
	if (const std::string before = std::exchange(forgotten_session_, ""); !before.empty())
	{
		shared_.events.push(events::InteractionLost{
			"Expected the server to know session " + before + " still, it does not (it was restarted, or the lease is "
			"over): session " + session_ + " was opened in its place, trigger again."});
	}
	const std::optional<std::int64_t> lost_ns = std::exchange(lost_ns_, std::nullopt);
	if (lost_ns && was_there_)
	{
		++shared_.reconnections;
		shared_.events.push(events::Recovered{seconds_between(*lost_ns, monotonic_ns())});
	}
	was_there_ = true;
	backoff_.reset();
	shared_.events.push(events::Opened{session_, is_resumed_, skeleton_});
	take_bytes(greeting_);
	if (const std::optional<std::int64_t> next = shared_.playout.next_frame(); next && is_resumed_)
	{
		ask_again({*next, *next + limits::kMaxResendFrames});
	}
}

Outcome ClientLoop::refused_on_the_way(const Refusal& refusal) const
{
	// As it came: the server's own words say what to do.
	return {
		can_be_mended_by_waiting(refusal.code) ? Outcome::Kind::failed : Outcome::Kind::ended,
		refusal.message};
}

} // namespace ponimator
