// The client thread: finds the server, keeps the session and its stream, and tells the game.
#pragma once

#include "Core/Client/Backoff.h"
#include "Core/Client/BadMessages.h"
#include "Core/Client/ControlLane.h"
#include "Core/Client/EndWatch.h"
#include "Core/Client/SharedState.h"
#include "Core/Transport/Transport.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ponimator
{

/** One run of the client thread. */
class ClientLoop
{
public:
	ClientLoop(SharedState& shared, Transport& transport);

	/** Returns when it is told to stop, or when retrying cannot mend what is wrong. */
	void run();

private:
	// On the way to the server.
	Outcome connect();
	Outcome say_hello();
	Outcome compare_clocks();
	Outcome open_session();
	Outcome subscribe();
	void begin_to_stay();
	Outcome refused_on_the_way(const Refusal& refusal) const;

	// With the server.
	Outcome stay();
	void take_answers();
	void take_answer(const Answer& answer);
	void take_refusal(const std::optional<Pending>& pending, const Refusal& refusal);
	void take_stream();
	void take_bytes(const Bytes& bytes);
	void take_motion(std::shared_ptr<const Motion> motion);
	void ask_again(const FrameRange& range);
	void send_requests();
	void ping_now_and_then();
	Outcome stream_failure();

	// Without the server.
	void tell_lost(const std::string& message);
	void pause(double seconds);
	void keep_unanswered();
	void refuse_too_old();
	void end(const std::string& message);
	void say_goodbye();

	SharedState& shared_;
	Transport& transport_;
	BadMessages bad_messages_;
	ControlLane control_;
	std::unique_ptr<Connection> stream_;
	Backoff backoff_;

	std::string stream_endpoint_;
	std::string topic_;
	std::string session_;
	Skeleton skeleton_;
	/** What came first of the stream. */
	Bytes greeting_;
	bool is_resumed_ = false;
	/** The session in whose place another one had to be opened, until that is told. */
	std::string forgotten_session_;
	bool is_session_gone_ = false;
	EndWatch end_watch_;
	std::vector<GameRequest> to_repeat_;
	std::optional<std::int64_t> lost_ns_;
	bool was_there_ = false;
	std::int64_t heard_ns_ = 0;
	std::int64_t pinged_ns_ = 0;
};

} // namespace ponimator
