// The control lane: numbered requests, the replies to them, and how long these may take.
#pragma once

#include "Core/Client/BadMessages.h"
#include "Core/Client/SharedState.h"
#include "Core/Transport/Transport.h"
#include "Core/Wire/Replies.h"
#include "Core/Wire/Requests.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ponimator
{

/** A request on its way. */
struct Pending
{
	Request request;
	/** What the game asked; none for the client's own requests. */
	std::optional<GameRequest> game;
	std::int64_t sent_ns = 0;
	std::int64_t deadline_ns = 0;
};

/** A reply and its request. */
struct Answer
{
	/** None for a refusal of the server that does not know of what. */
	std::optional<Pending> pending;
	ServerReply reply;
};

/** What comes of a step towards the server. */
struct Outcome
{
	enum class Kind
	{
		done,
		/** To be tried again. */
		failed,
		/** Retrying cannot mend it. */
		ended,
		/** The client is told to stop. */
		stopped,
	};

	Kind kind = Kind::done;
	std::string message;

	bool is_done() const { return kind == Kind::done; }
};

/** For one connection; for the client thread. */
class ControlLane
{
public:
	ControlLane(SharedState& shared, BadMessages& bad_messages, Transport& transport);

	/** Begins to connect. */
	Outcome open();

	/** Sends a request, numbered; its answer comes from `next_answer`. An error where it cannot be a message. */
	std::optional<Error> send(Request request, double timeout_s, std::optional<GameRequest> game = {});
	/** The next answer that has come; replies that nobody waits for any more are passed over. */
	std::optional<Answer> next_answer();
	/** Sends a request and waits for its answer, whatever else comes. */
	Outcome ask(Request request, double timeout_s, ServerReply& reply);

	/** What keeps the lane from going on; done where nothing does. */
	Outcome failure();
	/** The game's requests that are on their way. */
	std::vector<GameRequest> unanswered() const;
	/** Waits for no answer any more. */
	void forget() { pending_.clear(); }
	Connection* connection() { return connection_.get(); }
	/** How often in a row the connection was closed before it was made. */
	int cut_offs() const { return cut_offs_; }

private:
	std::optional<std::string> overdue() const;

	SharedState& shared_;
	BadMessages& bad_messages_;
	Transport& transport_;
	std::unique_ptr<Connection> connection_;
	std::map<std::int64_t, Pending> pending_;
	std::int64_t last_request_id_ = 0;
	int cut_offs_ = 0;
	/** A reply of another protocol came. */
	std::optional<std::string> other_protocol_;
};

} // namespace ponimator
