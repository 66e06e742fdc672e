// What a client tells the game.
#pragma once

#include "Core/Wire/Codes.h"
#include "Core/Wire/StreamMessages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace ponimator
{

/** The number that a request of the game got; its answer carries it. */
using Ticket = std::int64_t;

namespace events
{

/** The server has answered. */
struct Connected
{
	std::string server;
	std::int64_t protocol = 0;
};

/** The session is there, and its stream. */
struct Opened
{
	std::string session;
	/** The session is the one from before the server was lost. */
	bool resumed = false;
	Skeleton skeleton;
};

/** A trigger was taken; it shows from `apply_frame` on. */
struct Accepted
{
	Ticket ticket = 0;
	std::int64_t interaction = 0;
	std::int64_t apply_frame = 0;
};

/** A cancel was taken; the blend out shows from `apply_frame` on. */
struct CancelAccepted
{
	Ticket ticket = 0;
	std::int64_t apply_frame = 0;
};

/** An interaction has another state. */
struct StateChanged
{
	Status status;
};

/** A request was not taken: what was expected, what came, what to do. */
struct Refused
{
	/** 0 where the server could not read which. */
	Ticket ticket = 0;
	/** The server's; none where the client itself refuses. */
	std::optional<Code> code;
	std::string message;
};

/** There is no server; it is looked for. */
struct Lost
{
	std::string message;
};

/** The server was found again. */
struct Recovered
{
	/** Since its loss was noticed. */
	double seconds = 0.0;
};

/** A new session had to take the place of the one before: all that played or was planned is gone, trigger again. */
struct InteractionLost
{
	std::string message;
};

/** Something came that is no message; it was dropped. Told once a second at most. */
struct BadMessage
{
	std::string message;
};

/** No further attempt is made: retrying cannot mend it. */
struct Ended
{
	std::string message;
};

} // namespace events

using Event = std::variant<
	events::Connected, events::Opened, events::Accepted, events::CancelAccepted, events::StateChanged, events::Refused,
	events::Lost, events::Recovered, events::InteractionLost, events::BadMessage, events::Ended>;

} // namespace ponimator
