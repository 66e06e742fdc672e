// The transport over libzmq: DEALER for the control lane, SUB for the stream lane.
#pragma once

#include "Core/Transport/Transport.h"
#include "Core/Transport/ZmqApi.h"

#include <cstdint>

namespace ponimator
{

/** Owns libzmq's context; its connections must be gone before it goes, which then takes no time: none lingers. */
class ZmqTransport : public Transport
{
public:
	explicit ZmqTransport(const ZmqApi& api);
	~ZmqTransport() override;
	ZmqTransport(const ZmqTransport&) = delete;
	ZmqTransport& operator=(const ZmqTransport&) = delete;

	Result<std::unique_ptr<Connection>> connect_control(
		const std::string& endpoint, const std::optional<ClientKeys>& keys) override;
	Result<std::unique_ptr<Connection>> connect_stream(
		const std::string& endpoint, const std::string& topic, const std::optional<ClientKeys>& keys) override;
	void wait(Connection* control, Connection* stream, double seconds) override;

private:
	const ZmqApi api_;
	void* context_;
	std::uint64_t connections_made_ = 0;
};

} // namespace ponimator
