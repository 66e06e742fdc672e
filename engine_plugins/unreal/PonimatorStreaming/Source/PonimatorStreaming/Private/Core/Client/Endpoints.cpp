#include "Core/Client/Endpoints.h"

#include <string_view>

namespace ponimator
{
namespace
{

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kHostsOfAnywhere[] = {"0.0.0.0", "[::]", "*", "localhost", "[::1]"};
constexpr std::string_view kLoopbackNet = "127.";

struct HostAndPort
{
	std::string_view host;
	std::string_view port;
};

HostAndPort split(std::string_view endpoint)
{
	const std::size_t colon = endpoint.rfind(':');
	if (endpoint.substr(0, kTcp.size()) != kTcp || colon < kTcp.size())
	{
		return {};
	}
	return {endpoint.substr(kTcp.size(), colon - kTcp.size()), endpoint.substr(colon + 1)};
}

bool leads_back(std::string_view host)
{
	for (const std::string_view anywhere : kHostsOfAnywhere)
	{
		if (host == anywhere)
		{
			return true;
		}
	}
	return host.substr(0, kLoopbackNet.size()) == kLoopbackNet;
}

} // namespace

std::string reachable(const std::string& stream, const std::string& control)
{
	const HostAndPort named = split(stream);
	const HostAndPort answered = split(control);
	if (named.host.empty() || answered.host.empty() || !leads_back(named.host))
	{
		return stream;
	}
	return std::string(kTcp) + std::string(answered.host) + ":" + std::string(named.port);
}

} // namespace ponimator
