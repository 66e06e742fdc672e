#include "Core/Transport/ZmqConnection.h"

#include <cstdint>
#include <cstring>

namespace ponimator
{
namespace
{

constexpr int kMonitoredEvents = zmq::kEventHandshakeSucceeded | zmq::kEventDisconnected | zmq::kEventClosed |
	zmq::kEventHandshakeFailedNoDetail | zmq::kEventHandshakeFailedProtocol | zmq::kEventHandshakeFailedAuth;
/** Whether to try again, and when, is for the client to say; and a refused key must be told, not waited for. */
constexpr int kNeverReconnect = -1;
/** A topic and a message; more parts come from no ponimator server. */
constexpr std::size_t kMostParts = 2;

/** Options of a socket, set one after the other; the first failure stays. */
class SocketOptions
{
public:
	SocketOptions(const ZmqApi& api, void* socket) : api_(api), socket_(socket) {}

	void set(int option, int value) { set(option, &value, sizeof(value)); }
	void set(int option, std::int64_t value) { set(option, &value, sizeof(value)); }
	void set(int option, const std::string& value) { set(option, value.data(), value.size()); }
	bool ok() const { return ok_; }

private:
	void set(int option, const void* value, std::size_t size)
	{
		ok_ = ok_ && api_.set_option(socket_, option, value, size) == 0;
	}

	const ZmqApi& api_;
	void* socket_;
	bool ok_ = true;
};

Error unusable(const ZmqApi& api, const std::string& endpoint)
{
	return {
		ErrorKind::transport,
		"Expected an endpoint to connect to, like tcp://127.0.0.1:7740, and keys of 40 letters where the server wants "
		"them, got " +
			endpoint + ": " + api.error_words(api.error_number()) + ". Correct the address or the keys."};
}

bool set_up(const ZmqApi& api, void* socket, const ZmqSocketPlan& plan, const std::optional<ClientKeys>& keys)
{
	SocketOptions options(api, socket);
	options.set(zmq::kOptionLinger, 0);
	options.set(zmq::kOptionReconnectInterval, kNeverReconnect);
	options.set(zmq::kOptionReceiveTimeout, 0);
	options.set(zmq::kOptionSendTimeout, 0);
	options.set(zmq::kOptionMaxMessageSize, static_cast<std::int64_t>(plan.max_message_bytes));
	options.set(zmq::kOptionSendHighWaterMark, plan.high_water_mark);
	options.set(zmq::kOptionReceiveHighWaterMark, plan.high_water_mark);
	if (plan.kind == zmq::kSocketSub)
	{
		options.set(zmq::kOptionSubscribe, plan.topic);
	}
	if (keys)
	{
		options.set(zmq::kOptionCurveServerKey, keys->server);
		options.set(zmq::kOptionCurvePublicKey, keys->own_public);
		options.set(zmq::kOptionCurveSecretKey, keys->own_secret);
	}
	return options.ok();
}

} // namespace

Result<std::unique_ptr<Connection>> ZmqConnection::connect(
	const ZmqApi& api, void* context, const ZmqSocketPlan& plan, const std::optional<ClientKeys>& keys,
	const std::string& monitor_endpoint)
{
	void* socket = api.socket(context, plan.kind);
	if (socket == nullptr)
	{
		return unusable(api, plan.endpoint);
	}
	void* monitor = nullptr;
	if (set_up(api, socket, plan, keys) && api.monitor(socket, monitor_endpoint.c_str(), kMonitoredEvents) == 0)
	{
		monitor = api.socket(context, zmq::kSocketPair);
	}
	// Whatever fails from here on, both sockets are closed by this.
	auto connection = std::make_unique<ZmqConnection>(api, socket, monitor, plan);
	if (monitor != nullptr)
	{
		SocketOptions(api, monitor).set(zmq::kOptionLinger, 0);
	}
	if (monitor == nullptr || api.connect(monitor, monitor_endpoint.c_str()) != 0 ||
		api.connect(socket, plan.endpoint.c_str()) != 0)
	{
		return unusable(api, plan.endpoint);
	}
	return std::unique_ptr<Connection>(std::move(connection));
}

ZmqConnection::ZmqConnection(const ZmqApi& api, void* socket, void* monitor, const ZmqSocketPlan& plan)
	: api_(api),
	  socket_(socket),
	  monitor_(monitor),
	  is_stream_(plan.kind == zmq::kSocketSub),
	  topic_(plan.topic)
{
}

ZmqConnection::~ZmqConnection()
{
	api_.monitor(socket_, nullptr, 0);
	if (monitor_ != nullptr)
	{
		api_.close(monitor_);
	}
	api_.close(socket_);
}

bool ZmqConnection::send(const Bytes& message)
{
	return api_.send(socket_, message.data(), message.size(), zmq::kDontWait) >= 0;
}

std::optional<Bytes> ZmqConnection::receive()
{
	for (std::vector<Bytes> parts = receive_parts(socket_); !parts.empty(); parts = receive_parts(socket_))
	{
		if (!is_stream_)
		{
			// Whoever sends a reply in parts is no ponimator server: the decoder says so.
			return parts.size() == 1 ? std::move(parts.front()) : Bytes();
		}
		// libzmq matches topics by their beginning: the whole is compared here.
		const bool is_ours = parts.size() == kMostParts && parts.front().size() == topic_.size() &&
			std::memcmp(parts.front().data(), topic_.data(), topic_.size()) == 0;
		if (is_ours)
		{
			return std::move(parts.back());
		}
	}
	return std::nullopt;
}

Standing ZmqConnection::standing()
{
	for (std::vector<Bytes> parts = receive_parts(monitor_); !parts.empty(); parts = receive_parts(monitor_))
	{
		// An event is two bytes of its number and four of a value, then a part with the endpoint.
		std::uint16_t event = 0;
		if (parts.front().size() >= sizeof(event))
		{
			std::memcpy(&event, parts.front().data(), sizeof(event));
			learn(event);
		}
	}
	return standing_;
}

std::array<zmq::PollItem, 2> ZmqConnection::poll_items() const
{
	return {{{socket_, 0, zmq::kPollIn, 0}, {monitor_, 0, zmq::kPollIn, 0}}};
}

/** All parts of the next message; none where none has come. More than are meant for anybody are dropped. */
std::vector<Bytes> ZmqConnection::receive_parts(void* socket)
{
	std::vector<Bytes> parts;
	int is_more = 1;
	while (is_more != 0)
	{
		zmq::Message message;
		api_.message_init(&message);
		if (api_.message_receive(&message, socket, zmq::kDontWait) < 0)
		{
			api_.message_close(&message);
			return {};
		}
		const std::size_t size = api_.message_size(&message);
		const auto* data = static_cast<const std::uint8_t*>(api_.message_data(&message));
		// One more than is meant for anybody, so that too many can be told.
		if (parts.size() <= kMostParts)
		{
			parts.emplace_back(data, data + size);
		}
		api_.message_close(&message);
		std::size_t option_size = sizeof(is_more);
		if (api_.get_option(socket, zmq::kOptionReceiveMore, &is_more, &option_size) != 0)
		{
			is_more = 0;
		}
	}
	return parts;
}

void ZmqConnection::learn(int event)
{
	if (standing_ == Standing::up && event == zmq::kEventDisconnected)
	{
		standing_ = Standing::lost;
	}
	if (standing_ != Standing::connecting)
	{
		return;
	}
	switch (event)
	{
	case zmq::kEventHandshakeSucceeded:
		standing_ = Standing::up;
		return;
	case zmq::kEventHandshakeFailedAuth:
	case zmq::kEventHandshakeFailedProtocol:
		standing_ = Standing::refused;
		return;
	case zmq::kEventClosed:
		standing_ = Standing::unreached;
		return;
	default:
		standing_ = Standing::cut_off;
	}
}

} // namespace ponimator
