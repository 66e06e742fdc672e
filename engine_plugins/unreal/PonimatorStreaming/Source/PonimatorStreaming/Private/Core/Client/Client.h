// A client of one session: the game asks, is told, and reads poses; a thread of its own does the rest.
//
// Names in the core: types PascalCase, functions and variables snake_case, constants kPascalCase; fields of messages have
// their names on the wire.
#pragma once

#include "Core/Client/Counters.h"
#include "Core/Client/Events.h"
#include "Core/Client/SharedState.h"
#include "Core/Transport/Transport.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace ponimator
{

/** Makes the transport, on the client thread; or says why there is none. */
using TransportFactory = std::function<Result<std::unique_ptr<Transport>>()>;

/**
 * Never makes the game wait. It starts no thread: whoever owns it calls `run` on one, and joins that thread before the
 * client goes.
 */
class Client
{
public:
	Client(ClientSettings settings, TransportFactory make_transport);
	Client(const Client&) = delete;
	Client& operator=(const Client&) = delete;

	/** The body of the client thread: returns within a second after `stop`, or when no attempt is made any more. */
	void run();
	/** Makes `run` return, now or as soon as it is called; from any thread. */
	void stop();

	/** Asks for an interaction; the session is put in. Its answer, an event, carries the number returned. */
	Ticket trigger(Interact interact);
	/** Asks for the end of an interaction; none: of the one that plays or is planned. */
	Ticket cancel(std::optional<std::int64_t> interaction = {}, double blend_out_s = 0.3);
	/** What happened next; none where nothing did. */
	std::optional<Event> next_event();

	/** What to show now; for one thread, once a frame of the game. */
	Shown show();
	/** Now, on the server's clock. */
	std::int64_t server_time_ns() const;
	Counters counters() const;

private:
	Ticket ask(std::variant<Interact, Cancel> message);

	SharedState shared_;
	const TransportFactory make_transport_;
	std::atomic<Ticket> last_ticket_{0};
	/** Only the thread that shows comes here. */
	std::int64_t shown_ns_;
};

} // namespace ponimator
