#include "Core/Transport/ZmqTransport.h"

#include "Core/Transport/ZmqConnection.h"
#include "Core/Wire/Limits.h"

#include <algorithm>

namespace ponimator
{
namespace
{

/** More requests and replies than a game has under way. */
constexpr int kRequestsKept = 1000;
/** More than a server sends while a game is stopped in a debugger. */
constexpr int kBlocksKept = 10'000;
constexpr double kMillisecondsPerSecond = 1000.0;

} // namespace

ZmqTransport::ZmqTransport(const ZmqApi& api) : api_(api), context_(api.ctx_new()) {}

ZmqTransport::~ZmqTransport()
{
	api_.ctx_term(context_);
}

Result<std::unique_ptr<Connection>> ZmqTransport::connect_control(
	const std::string& endpoint, const std::optional<ClientKeys>& keys)
{
	const ZmqSocketPlan plan{zmq::kSocketDealer, endpoint, "", limits::kMaxReplyBytes, kRequestsKept};
	return ZmqConnection::connect(api_, context_, plan, keys, "inproc://monitor-" + std::to_string(++connections_made_));
}

Result<std::unique_ptr<Connection>> ZmqTransport::connect_stream(
	const std::string& endpoint, const std::string& topic, const std::optional<ClientKeys>& keys)
{
	const ZmqSocketPlan plan{zmq::kSocketSub, endpoint, topic, limits::kMaxStreamBytes, kBlocksKept};
	return ZmqConnection::connect(api_, context_, plan, keys, "inproc://monitor-" + std::to_string(++connections_made_));
}

void ZmqTransport::wait(Connection* control, Connection* stream, double seconds)
{
	std::array<zmq::PollItem, 4> items{};
	int count = 0;
	for (Connection* connection : {control, stream})
	{
		if (connection != nullptr)
		{
			// All connections that this transport makes are of libzmq.
			const auto two = static_cast<ZmqConnection*>(connection)->poll_items();
			items[static_cast<std::size_t>(count)] = two[0];
			items[static_cast<std::size_t>(count) + 1] = two[1];
			count += 2;
		}
	}
	api_.poll(items.data(), count, static_cast<long>(std::max(0.0, seconds) * kMillisecondsPerSecond));
}

} // namespace ponimator
