// A socket that connects once, and what became of it, as libzmq's monitor tells.
#pragma once

#include "Core/Transport/Transport.h"
#include "Core/Transport/ZmqApi.h"

#include <array>
#include <vector>

namespace ponimator
{

/** What a socket is for. */
struct ZmqSocketPlan
{
	int kind = zmq::kSocketDealer;
	std::string endpoint;
	/** Of the stream lane. */
	std::string topic;
	std::size_t max_message_bytes = 0;
	/** How many messages may wait on either side. */
	int high_water_mark = 0;
};

class ZmqConnection : public Connection
{
public:
	/** Begins to connect; `monitor_endpoint` is a name that no other socket of the context has. */
	static Result<std::unique_ptr<Connection>> connect(
		const ZmqApi& api, void* context, const ZmqSocketPlan& plan, const std::optional<ClientKeys>& keys,
		const std::string& monitor_endpoint);

	ZmqConnection(const ZmqApi& api, void* socket, void* monitor, const ZmqSocketPlan& plan);
	~ZmqConnection() override;
	ZmqConnection(const ZmqConnection&) = delete;
	ZmqConnection& operator=(const ZmqConnection&) = delete;

	bool send(const Bytes& message) override;
	std::optional<Bytes> receive() override;
	Standing standing() override;

	/** The two sockets to wait for. */
	std::array<zmq::PollItem, 2> poll_items() const;

private:
	std::vector<Bytes> receive_parts(void* socket);
	void learn(int event);

	const ZmqApi& api_;
	void* socket_;
	void* monitor_;
	const bool is_stream_;
	const std::string topic_;
	Standing standing_ = Standing::connecting;
};

} // namespace ponimator
