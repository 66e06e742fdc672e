// With the server: answers, the stream, the game's requests, a ping each second.
#include "Core/Client/ClientLoop.h"

#include "Core/Client/KeyWords.h"
#include "Core/Playout/Times.h"
#include "Core/Wire/Decoding.h"
#include "Core/Wire/Words.h"

#include <algorithm>
#include <utility>

namespace ponimator
{
namespace
{

constexpr double kRequestsSeenS = 0.005;
/** Three heartbeats. */
constexpr double kSilenceIsLossS = 3.0;

} // namespace

Outcome ClientLoop::stay()
{
	while (!shared_.is_stopping)
	{
		send_requests();
		ping_now_and_then();
		transport_.wait(control_.connection(), stream_.get(), kRequestsSeenS);
		// What has come is heard before anything counts as missing: this thread, too, may have been stopped for a while.
		take_answers();
		take_stream();
		if (is_session_gone_)
		{
			return {Outcome::Kind::failed, "Expected the server to know session " + session_ + ", it does not any more."};
		}
		if (Outcome outcome = control_.failure(); !outcome.is_done())
		{
			return outcome;
		}
		if (Outcome outcome = stream_failure(); !outcome.is_done())
		{
			return outcome;
		}
	}
	return {Outcome::Kind::stopped, ""};
}

void ClientLoop::send_requests()
{
	while (std::optional<GameRequest> request = shared_.requests.pop())
	{
		to_repeat_.push_back(std::move(*request));
	}
	for (GameRequest& request : std::exchange(to_repeat_, {}))
	{
		const bool is_trigger = std::holds_alternative<Interact>(request.message);
		const double timeout_s =
			is_trigger ? shared_.settings.generation_timeout_s : shared_.settings.reply_timeout_s;
		const Ticket ticket = request.ticket;
		Request message = std::visit(
			[this](const auto& asked) -> Request
			{
				auto copy = asked;
				copy.session = session_;
				return copy;
			},
			request.message);
		if (const std::optional<Error> fault = control_.send(std::move(message), timeout_s, std::move(request)))
		{
			shared_.events.push(events::Refused{ticket, Code::bad_request, fault->message});
		}
	}
}

void ClientLoop::ping_now_and_then()
{
	const std::int64_t now_ns = monotonic_ns();
	if (now_ns - pinged_ns_ >= nanoseconds_from_seconds(kPingPeriodS))
	{
		pinged_ns_ = now_ns;
		(void)control_.send(Ping{}, shared_.settings.reply_timeout_s);
	}
}

void ClientLoop::take_answers()
{
	while (const std::optional<Answer> answer = control_.next_answer())
	{
		take_answer(*answer);
	}
}

void ClientLoop::take_answer(const Answer& answer)
{
	const std::int64_t now_ns = monotonic_ns();
	if (const auto* refusal = std::get_if<Refusal>(&answer.reply))
	{
		take_refusal(answer.pending, *refusal);
		return;
	}
	const Ticket ticket = answer.pending->game ? answer.pending->game->ticket : 0;
	if (const auto* pong = std::get_if<Pong>(&answer.reply))
	{
		shared_.clock.add({answer.pending->sent_ns, pong->server_receive_ns, pong->server_send_ns, now_ns});
	}
	else if (const auto* accepted = std::get_if<InteractionAccepted>(&answer.reply))
	{
		shared_.events.push(events::Accepted{ticket, accepted->interaction, accepted->apply_frame});
	}
	else if (const auto* cancelled = std::get_if<Cancelled>(&answer.reply))
	{
		shared_.events.push(events::CancelAccepted{ticket, cancelled->apply_frame});
	}
	// A `resent` needs no answer: the blocks come on the stream.
}

void ClientLoop::take_refusal(const std::optional<Pending>& pending, const Refusal& refusal)
{
	if (refusal.code == Code::unknown_session && pending)
	{
		is_session_gone_ = true;
		if (pending->game && !pending->game->was_lost_once)
		{
			to_repeat_.push_back(*pending->game);
			to_repeat_.back().was_lost_once = true;
			return;
		}
	}
	if (!pending || pending->game)
	{
		shared_.events.push(events::Refused{pending ? pending->game->ticket : 0, refusal.code, refusal.message});
	}
}

void ClientLoop::take_stream()
{
	while (const std::optional<Bytes> bytes = stream_->receive())
	{
		take_bytes(*bytes);
	}
}

void ClientLoop::take_bytes(const Bytes& bytes)
{
	heard_ns_ = monotonic_ns();
	Result<StreamMessage> message = decode_stream(bytes);
	if (!message)
	{
		bad_messages_.came(message.error().message);
		return;
	}
	if (auto* motion = std::get_if<Motion>(&*message))
	{
		take_motion(std::make_shared<const Motion>(std::move(*motion)));
	}
	else if (const auto* status = std::get_if<Status>(&*message))
	{
		end_watch_.hear_status(*status);
		shared_.events.push(events::StateChanged{*status});
	}
	else if (const auto* heartbeat = std::get_if<Heartbeat>(&*message))
	{
		if (std::optional<Status> missed = end_watch_.hear_heartbeat(*heartbeat, shared_.playout.final_seen()))
		{
			shared_.events.push(events::StateChanged{std::move(*missed)});
		}
	}
	// The skeleton, said to every late joiner, is the one of session_opened.
}

void ClientLoop::take_motion(std::shared_ptr<const Motion> motion)
{
	const std::optional<FrameRange> missing =
		shared_.playout.add(std::move(motion), shared_.clock.server_time_ns());
	end_watch_.hear_motion(shared_.playout.next_frame());
	if (missing)
	{
		ask_again({missing->start, std::min(missing->stop, missing->start + limits::kMaxResendFrames)});
	}
}

void ClientLoop::ask_again(const FrameRange& range)
{
	++shared_.resends;
	(void)control_.send(Resend{0, session_, range.start, range.stop}, shared_.settings.reply_timeout_s);
}

Outcome ClientLoop::stream_failure()
{
	if (stream_->standing() != Standing::up)
	{
		return {
			Outcome::Kind::failed,
			"The stream from " + stream_endpoint_ + " has ended: expected the server to stay, it has stopped or is out of "
			"reach. It is looked for."};
	}
	if (seconds_between(heard_ns_, monotonic_ns()) > kSilenceIsLossS)
	{
		return {
			Outcome::Kind::failed,
			"Expected a heartbeat a second from " + stream_endpoint_ + ", got nothing for " + words_of_real(kSilenceIsLossS) +
				" s: the server hangs or is out of reach. It is looked for."};
	}
	return {};
}

} // namespace ponimator
