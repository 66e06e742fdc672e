// What a client is told before it begins.
#pragma once

#include "Core/Transport/Transport.h"
#include "Core/Wire/Requests.h"

#include <array>
#include <optional>
#include <string>

namespace ponimator
{

/** The server, the session and how long anything may take. */
struct ClientSettings
{
	/** Where the server takes requests. */
	std::string control = "tcp://127.0.0.1:7740";
	/** Where the server wants keys. */
	std::optional<ClientKeys> keys;
	/** Name and version, for the server's log. */
	std::string client = "ponimator-unreal";
	std::array<Character, limits::kPersonCount> characters{Character{"A", {}}, Character{"B", {}}};
	std::int64_t rate_hz = 30;
	Profile profile = Profile::balanced;
	/** How long a reply may take until the server counts as lost. */
	double reply_timeout_s = 5.0;
	/** The same for a trigger, which is answered when the first window is made; and how long one waits for a server. */
	double generation_timeout_s = 60.0;
};

} // namespace ponimator
