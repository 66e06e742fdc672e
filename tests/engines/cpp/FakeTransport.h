// A transport that leads to the server in memory.
#pragma once

#include "FakeServer.h"

#include "Core/Transport/Transport.h"

#include <memory>

namespace fake
{

class FakeConnection : public Connection
{
public:
	FakeConnection(Server& server, bool is_stream)
		: server_(server), is_stream_(is_stream), generation_(server.connected(is_stream))
	{
	}

	bool send(const Bytes& message) override
	{
		server_.take(message);
		return true;
	}

	std::optional<Bytes> receive() override { return server_.next(is_stream_); }
	Standing standing() override { return server_.standing(generation_); }

private:
	Server& server_;
	const bool is_stream_;
	const int generation_;
};

class FakeTransport : public Transport
{
public:
	explicit FakeTransport(Server& server) : server_(server) {}

	Result<std::unique_ptr<Connection>> connect_control(const std::string&, const std::optional<ClientKeys>&) override
	{
		return std::unique_ptr<Connection>(std::make_unique<FakeConnection>(server_, false));
	}

	Result<std::unique_ptr<Connection>> connect_stream(
		const std::string&, const std::string&, const std::optional<ClientKeys>&) override
	{
		return std::unique_ptr<Connection>(std::make_unique<FakeConnection>(server_, true));
	}

	void wait(Connection*, Connection*, double seconds) override { server_.wait(seconds); }

private:
	Server& server_;
};

} // namespace fake
