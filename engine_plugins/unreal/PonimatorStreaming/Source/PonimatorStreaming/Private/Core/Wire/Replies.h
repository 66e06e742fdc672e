// What a server answers on the control lane: one struct per reply, its fields by their names on the wire.
#pragma once

#include "Core/Wire/Codes.h"
#include "Core/Wire/StreamMessages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ponimator
{

/** A model bundle that the server has loaded. */
struct ModelInfo
{
	std::string name;
	std::string version;
	bool text = false;
};

/** What this server accepts. */
struct ServerLimits
{
	std::int64_t max_sessions = 0;
	std::int64_t max_message_bytes = static_cast<std::int64_t>(limits::kMaxRequestBytes);
	std::int64_t max_text_characters = static_cast<std::int64_t>(limits::kMaxTextCharacters);
	double max_duration_s = limits::kMaxDurationS;
	std::int64_t min_rate_hz = limits::kMinRateHz;
	std::int64_t max_rate_hz = limits::kMaxRateHz;
};

struct HelloOk
{
	std::int64_t request_id = 0;
	std::int64_t protocol = 0;
	std::string server;
	std::vector<ModelInfo> models;
	ServerLimits limits;
	/** The endpoint of the stream lane. */
	std::string stream;
};

struct SessionOpened
{
	std::int64_t request_id = 0;
	std::string session;
	std::string topic;
	Skeleton skeleton;
};

struct InteractionAccepted
{
	std::int64_t request_id = 0;
	std::int64_t interaction = 0;
	/** The first absolute frame at which the interaction shows. */
	std::int64_t apply_frame = 0;
	/** Where the server's time went, by stage. */
	std::vector<std::pair<std::string, double>> timing_ms;
};

struct Cancelled
{
	std::int64_t request_id = 0;
	/** The first absolute frame at which the blend out shows. */
	std::int64_t apply_frame = 0;
};

/** The frames [start, stop) that the server still had, and in how many blocks it sent them; none: start = stop. */
struct Resent
{
	std::int64_t request_id = 0;
	std::int64_t start = 0;
	std::int64_t stop = 0;
	std::int64_t blocks = 0;
};

struct Pong
{
	std::int64_t request_id = 0;
	std::int64_t client_time_ns = 0;
	std::int64_t server_receive_ns = 0;
	std::int64_t server_send_ns = 0;
};

/** A latency over `count` measurements, ms. */
struct Quantiles
{
	double p50 = 0.0;
	double p95 = 0.0;
	double p99 = 0.0;
	std::int64_t count = 0;
};

struct StatsReply
{
	std::int64_t request_id = 0;
	std::vector<std::pair<std::string, std::int64_t>> counters;
	std::vector<std::pair<std::string, Quantiles>> latency_ms;
};

struct SessionClosed
{
	std::int64_t request_id = 0;
	std::string session;
};

/** A refusal: what was expected, what came, what to do. */
struct Refusal
{
	/** None where the server could not read it. */
	std::optional<std::int64_t> request_id;
	Code code = Code::internal;
	std::string message;
};

using ServerReply = std::variant<
	HelloOk, SessionOpened, InteractionAccepted, Cancelled, Resent, Pong, StatsReply, SessionClosed, Refusal>;

} // namespace ponimator
