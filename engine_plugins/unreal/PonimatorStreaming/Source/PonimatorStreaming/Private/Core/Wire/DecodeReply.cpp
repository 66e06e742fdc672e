#include "Core/Wire/Decoding.h"
#include "Core/Wire/Envelope.h"
#include "Core/Wire/SkeletonReading.h"

namespace ponimator
{
namespace
{

ModelInfo read_model(FieldReader& reader)
{
	ModelInfo model;
	reader.map_of(
		required("name", [&] { model.name = reader.name(); }),
		optional("version", [&] { model.version = reader.label(); }),
		optional("text", [&] { model.text = reader.boolean(); }));
	return model;
}

ServerLimits read_limits(FieldReader& reader)
{
	ServerLimits accepted;
	const auto rate = [&] { return reader.integer_within(limits::kMinRateHz, limits::kMaxRateHz); };
	reader.map_of(
		required("max_sessions", [&] { accepted.max_sessions = reader.counter(); }),
		optional("max_message_bytes", [&] { accepted.max_message_bytes = reader.counter(); }),
		optional("max_text_characters", [&] { accepted.max_text_characters = reader.counter(); }),
		optional("max_duration_s", [&] { accepted.max_duration_s = reader.real_within(-limits::kMaxReal, limits::kMaxReal); }),
		optional("min_rate_hz", [&] { accepted.min_rate_hz = rate(); }),
		optional("max_rate_hz", [&] { accepted.max_rate_hz = rate(); }));
	return accepted;
}

HelloOk read_hello_ok(FieldReader& reader)
{
	HelloOk reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("protocol", [&] { reply.protocol = reader.integer(); }),
		required("server", [&] { reply.server = reader.label(); }),
		required(
			"models",
			[&]
			{
				reply.models.clear();
				reader.list(0, limits::kMaxEntries, [&](std::size_t) { reply.models.push_back(read_model(reader)); });
			}),
		required("limits", [&] { reply.limits = read_limits(reader); }),
		required("stream", [&] { reply.stream = reader.text(1, limits::kMaxTextCharacters); }));
	return reply;
}

SessionOpened read_session_opened(FieldReader& reader)
{
	SessionOpened reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("session", [&] { reply.session = reader.session(); }),
		required("topic", [&] { reply.topic = reader.text(1, limits::kMaxTextCharacters); }),
		required("skeleton", [&] { reply.skeleton = read_skeleton(reader); }));
	return reply;
}

InteractionAccepted read_interaction_accepted(FieldReader& reader)
{
	InteractionAccepted reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("interaction", [&] { reply.interaction = reader.counter(); }),
		required("apply_frame", [&] { reply.apply_frame = reader.counter(); }),
		optional(
			"timing_ms",
			[&]
			{
				reply.timing_ms.clear();
				reader.entries([&](std::string_view stage) { reply.timing_ms.emplace_back(stage, reader.positive_real()); });
			}));
	return reply;
}

Cancelled read_cancelled(FieldReader& reader)
{
	Cancelled reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("apply_frame", [&] { reply.apply_frame = reader.counter(); }));
	return reply;
}

Resent read_resent(FieldReader& reader)
{
	Resent reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("start", [&] { reply.start = reader.counter(); }),
		required("stop", [&] { reply.stop = reader.counter(); }),
		required("blocks", [&] { reply.blocks = reader.counter(); }));
	return reply;
}

Pong read_pong(FieldReader& reader)
{
	Pong reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("client_time_ns", [&] { reply.client_time_ns = reader.integer(); }),
		required("server_receive_ns", [&] { reply.server_receive_ns = reader.integer(); }),
		required("server_send_ns", [&] { reply.server_send_ns = reader.integer(); }));
	return reply;
}

Quantiles read_quantiles(FieldReader& reader)
{
	Quantiles quantiles;
	reader.map_of(
		required("p50", [&] { quantiles.p50 = reader.positive_real(); }),
		required("p95", [&] { quantiles.p95 = reader.positive_real(); }),
		required("p99", [&] { quantiles.p99 = reader.positive_real(); }),
		required("count", [&] { quantiles.count = reader.counter(); }));
	return quantiles;
}

StatsReply read_stats_reply(FieldReader& reader)
{
	StatsReply reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required(
			"counters",
			[&]
			{
				reply.counters.clear();
				reader.entries([&](std::string_view name) { reply.counters.emplace_back(name, reader.counter()); });
			}),
		required(
			"latency_ms",
			[&]
			{
				reply.latency_ms.clear();
				reader.entries([&](std::string_view stage) { reply.latency_ms.emplace_back(stage, read_quantiles(reader)); });
			}));
	return reply;
}

SessionClosed read_session_closed(FieldReader& reader)
{
	SessionClosed reply;
	reader.map_of(
		required("request_id", [&] { reply.request_id = reader.counter(); }),
		required("session", [&] { reply.session = reader.session(); }));
	return reply;
}

Refusal read_refusal(FieldReader& reader)
{
	Refusal reply;
	reader.map_of(
		optional("request_id", [&] { reply.request_id = reader.counter(); }),
		required("code", [&] { reply.code = reader.word<Code>(kCodeWords); }),
		required("message", [&] { reply.message = reader.text(0, limits::kMaxErrorCharacters); }));
	return reply;
}

template <class Message, Message (*Read)(FieldReader&)>
ServerReply read_as(FieldReader& reader)
{
	return Read(reader);
}

struct ReplyType
{
	std::string_view name;
	ServerReply (*read)(FieldReader&);
};

constexpr ReplyType kReplyTypes[] = {
	{"hello_ok", read_as<HelloOk, read_hello_ok>},
	{"session_opened", read_as<SessionOpened, read_session_opened>},
	{"interaction_accepted", read_as<InteractionAccepted, read_interaction_accepted>},
	{"cancelled", read_as<Cancelled, read_cancelled>},
	{"resent", read_as<Resent, read_resent>},
	{"pong", read_as<Pong, read_pong>},
	{"stats_reply", read_as<StatsReply, read_stats_reply>},
	{"session_closed", read_as<SessionClosed, read_session_closed>},
	{"error", read_as<Refusal, read_refusal>},
};

} // namespace

Result<ServerReply> decode_reply(ByteView bytes)
{
	const Result<std::string> type = type_of_message(bytes, limits::kMaxReplyBytes);
	if (!type)
	{
		return type.error();
	}
	for (const ReplyType& known : kReplyTypes)
	{
		if (known.name == *type)
		{
			FieldReader reader(bytes);
			ServerReply reply = known.read(reader);
			if (!reader.ok())
			{
				return unfit(*type, reader.error());
			}
			return reply;
		}
	}
	return unknown_type(
		*type,
		"cancelled, error, hello_ok, interaction_accepted, pong, resent, session_closed, session_opened, stats_reply");
}

} // namespace ponimator
