#include "Core/Client/ControlLane.h"

#include "Core/Client/KeyWords.h"
#include "Core/Playout/Times.h"
#include "Core/Wire/Decoding.h"
#include "Core/Wire/Encoding.h"
#include "Core/Wire/Words.h"

#include <utility>

namespace ponimator
{
namespace
{

/** How soon a request of the game or the flag to stop is seen. */
constexpr double kLookAgainS = 0.005;

constexpr const char* kRequestWords[] = {
	"hello", "open_session", "interact", "cancel", "resend", "ping", "stats", "close_session"};

std::optional<std::int64_t> request_id_of(const ServerReply& reply)
{
	return std::visit([](const auto& message) { return std::optional<std::int64_t>(message.request_id); }, reply);
}

} // namespace

ControlLane::ControlLane(SharedState& shared, BadMessages& bad_messages, Transport& transport)
	: shared_(shared), bad_messages_(bad_messages), transport_(transport)
{
}

Outcome ControlLane::open()
{
	connection_.reset();
	pending_.clear();
	other_protocol_.reset();
	Result<std::unique_ptr<Connection>> made = transport_.connect_control(shared_.settings.control, shared_.settings.keys);
	if (!made)
	{
		return {Outcome::Kind::ended, made.error().message};
	}
	connection_ = std::move(*made);
	return {};
}

std::optional<Error> ControlLane::send(Request request, double timeout_s, std::optional<GameRequest> game)
{
	const std::int64_t request_id = ++last_request_id_;
	const std::int64_t now_ns = monotonic_ns();
	std::visit([&](auto& message) { message.request_id = request_id; }, request);
	if (auto* ping = std::get_if<Ping>(&request))
	{
		ping->client_time_ns = now_ns;
	}
	const Result<Bytes> bytes = encode(request);
	if (!bytes)
	{
		return bytes.error();
	}
	// One that cannot be sent is missed by its answer, like one that is lost on its way.
	connection_->send(*bytes);
	const std::int64_t deadline_ns = now_ns + nanoseconds_from_seconds(timeout_s);
	pending_.emplace(request_id, Pending{std::move(request), std::move(game), now_ns, deadline_ns});
	return std::nullopt;
}

std::optional<Answer> ControlLane::next_answer()
{
	for (std::optional<Bytes> bytes = connection_->receive(); bytes; bytes = connection_->receive())
	{
		Result<ServerReply> reply = decode_reply(*bytes);
		if (!reply)
		{
			if (reply.error().kind == ErrorKind::unsupported_protocol)
			{
				other_protocol_ = reply.error().message;
				return std::nullopt;
			}
			bad_messages_.came(reply.error().message);
			continue;
		}
		const std::optional<std::int64_t> request_id = request_id_of(*reply);
		if (!request_id)
		{
			return Answer{std::nullopt, std::move(*reply)};
		}
		const auto found = pending_.find(*request_id);
		if (found != pending_.end())
		{
			Answer answer{std::move(found->second), std::move(*reply)};
			pending_.erase(found);
			return answer;
		}
	}
	return std::nullopt;
}

Outcome ControlLane::ask(Request request, double timeout_s, ServerReply& reply)
{
	if (const std::optional<Error> fault = send(std::move(request), timeout_s))
	{
		return {Outcome::Kind::ended, fault->message};
	}
	const std::int64_t request_id = last_request_id_;
	while (!shared_.is_stopping)
	{
		transport_.wait(connection_.get(), nullptr, kLookAgainS);
		while (std::optional<Answer> answer = next_answer())
		{
			const std::optional<std::int64_t> answered = request_id_of(answer->reply);
			if (!answered || *answered == request_id)
			{
				reply = std::move(answer->reply);
				return {};
			}
		}
		if (Outcome outcome = failure(); !outcome.is_done())
		{
			return outcome;
		}
	}
	return {Outcome::Kind::stopped, ""};
}

std::vector<GameRequest> ControlLane::unanswered() const
{
	std::vector<GameRequest> requests;
	for (const auto& [request_id, pending] : pending_)
	{
		if (pending.game)
		{
			requests.push_back(*pending.game);
		}
	}
	return requests;
}

Outcome ControlLane::failure()
{
	if (other_protocol_)
	{
		return {Outcome::Kind::ended, *other_protocol_};
	}
	const std::string& endpoint = shared_.settings.control;
	const Standing standing = connection_->standing();
	const int cut_offs_before = std::exchange(cut_offs_, 0);
	switch (standing)
	{
	case Standing::connecting:
		cut_offs_ = cut_offs_before;
		break;
	case Standing::up:
		break;
	case Standing::refused:
		return {Outcome::Kind::ended, refused_keys(shared_.settings)};
	case Standing::cut_off:
		cut_offs_ = cut_offs_before + 1;
		return {Outcome::Kind::failed, cut_off(shared_.settings)};
	case Standing::unreached:
		return {
			Outcome::Kind::failed,
			"No server answers at " + endpoint + ": start one with `ponimator serve`, or correct the address."};
	case Standing::lost:
		return {
			Outcome::Kind::failed,
			"The connection to " + endpoint + " has ended: expected the server to stay, it has stopped or is out of reach. "
			"It is looked for."};
	}
	if (const std::optional<std::string> late = overdue())
	{
		return {Outcome::Kind::failed, *late};
	}
	return {};
}

std::optional<std::string> ControlLane::overdue() const
{
	const std::int64_t now_ns = monotonic_ns();
	for (const auto& [request_id, pending] : pending_)
	{
		if (now_ns >= pending.deadline_ns)
		{
			return std::string("Expected an answer to a ") + kRequestWords[pending.request.index()] + " within " +
				words_of_real(seconds_between(pending.sent_ns, pending.deadline_ns)) + " s, got none from " +
				shared_.settings.control + ": is that a ponimator server, and not stopped? It is looked for.";
		}
	}
	return std::nullopt;
}

} // namespace ponimator
