// How messages travel, without saying by what: the client knows only this.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/Result.h"

#include <memory>
#include <optional>
#include <string>

namespace ponimator
{

/** Where a connection stands; what ended stays as it is. */
enum class Standing
{
	connecting,
	up,
	/** Nobody listens there. */
	unreached,
	/** Whoever listens closed the connection before it was made: without the right server key it does just that. */
	cut_off,
	/** The other side wants other keys, and said so. */
	refused,
	lost,
};

/** Whether a connection can still bring messages. */
constexpr bool is_alive(Standing standing)
{
	return standing == Standing::connecting || standing == Standing::up;
}

/** What a client shows, and what it expects of the server; each as Z85 of 40 letters. */
struct ClientKeys
{
	std::string server;
	std::string own_public;
	std::string own_secret;
};

/** One connection, made once; whether to try again is for others to say. */
class Connection
{
public:
	virtual ~Connection() = default;

	/** Sends a message without waiting; false where it cannot. */
	virtual bool send(const Bytes& message) = 0;
	/** The next message that has come, never waiting; of the stream lane, those of the topic only. */
	virtual std::optional<Bytes> receive() = 0;
	/** How the connection stands now. */
	virtual Standing standing() = 0;
};

/** Makes connections; for one thread. */
class Transport
{
public:
	virtual ~Transport() = default;

	/** Begins to connect to a control lane; an error where that is no endpoint. */
	virtual Result<std::unique_ptr<Connection>> connect_control(
		const std::string& endpoint, const std::optional<ClientKeys>& keys) = 0;
	/** Begins to connect to a stream lane, for one topic. */
	virtual Result<std::unique_ptr<Connection>> connect_stream(
		const std::string& endpoint, const std::string& topic, const std::optional<ClientKeys>& keys) = 0;
	/** Returns when a message or news of a connection have come, or after a time; either connection may be null. */
	virtual void wait(Connection* control, Connection* stream, double seconds) = 0;
};

} // namespace ponimator
