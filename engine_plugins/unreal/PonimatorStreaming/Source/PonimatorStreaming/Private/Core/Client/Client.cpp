#include "Core/Client/Client.h"

#include "Core/Client/ClientLoop.h"
#include "Core/Playout/Times.h"

#include <utility>

namespace ponimator
{
namespace
{

/** A new connection knows the clock a little differently; a clock that differs by more is another one. */
constexpr double kSameClockS = 1.0;

} // namespace

Client::Client(ClientSettings settings, TransportFactory make_transport)
	: shared_(std::move(settings)), make_transport_(std::move(make_transport)), shown_ns_(limits::kMinInt64)
{
}

void Client::run()
{
	// It goes before this returns, and with it the threads of its library.
	const Result<std::unique_ptr<Transport>> transport = make_transport_();
	if (!transport)
	{
		end_attempts(shared_, transport.error().message);
		return;
	}
	ClientLoop(shared_, **transport).run();
}

void Client::stop()
{
	shared_.is_stopping = true;
}

Ticket Client::trigger(Interact interact)
{
	return ask(std::move(interact));
}

Ticket Client::cancel(std::optional<std::int64_t> interaction, double blend_out_s)
{
	Cancel request;
	request.interaction = interaction;
	request.blend_out_s = blend_out_s;
	return ask(std::move(request));
}

std::optional<Event> Client::next_event()
{
	return shared_.events.pop();
}

Shown Client::show()
{
	const std::int64_t now_ns = server_time_ns();
	const double back_s = seconds_between(now_ns, shown_ns_);
	if (!(back_s > 0.0 && back_s < kSameClockS))
	{
		shown_ns_ = now_ns;
	}
	return shared_.playout.show(shown_ns_);
}

std::int64_t Client::server_time_ns() const
{
	return shared_.clock.server_time_ns();
}

Counters Client::counters() const
{
	Counters counters;
	counters.playout = shared_.playout.counters();
	counters.resends = shared_.resends;
	counters.bad_messages = shared_.bad_messages;
	counters.reconnections = shared_.reconnections;
	counters.clock_offset_ms = shared_.clock.offset_ms();
	counters.round_trip_ms = shared_.clock.round_trip_ms();
	return counters;
}

Ticket Client::ask(std::variant<Interact, Cancel> message)
{
	const Ticket ticket = ++last_ticket_;
	shared_.requests.push({ticket, std::move(message), monotonic_ns(), false});
	// Looked at behind the push: whichever thread comes second refuses the request.
	if (shared_.has_ended)
	{
		refuse_waiting(shared_, "Expected a server, but no attempt is made any more: start the client again.");
	}
	return ticket;
}

} // namespace ponimator
