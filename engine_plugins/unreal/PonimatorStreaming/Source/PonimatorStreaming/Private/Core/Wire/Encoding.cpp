#include "Core/Wire/Encoding.h"

#include "Core/Wire/Arrays.h"
#include "Core/Wire/MsgpackWriter.h"
#include "Core/Wire/RequestChecks.h"

namespace ponimator
{
namespace
{

/** One map, its fields in the order of the golden messages. */
class FieldWriter : public MsgpackWriter
{
public:
	FieldWriter(std::string_view type, std::int64_t request_id, std::uint32_t other_fields)
	{
		map(other_fields + 2);
		field("type", type);
		field("request_id", request_id);
	}

	void field(std::string_view name, std::string_view value) { string(name), string(value); }
	void field(std::string_view name, std::int64_t value) { string(name), integer(value); }
	void field(std::string_view name, double value) { string(name), real(value); }

	template <class T>
	void field(std::string_view name, const std::optional<T>& value)
	{
		if (value)
		{
			field(name, *value);
			return;
		}
		string(name);
		nil();
	}
};

void write_character(FieldWriter& writer, const Character& character)
{
	writer.map(2);
	writer.field("name", std::string_view(character.name));
	writer.string("betas");
	if (!character.betas)
	{
		writer.nil();
		return;
	}
	writer.array(limits::kBetaCount);
	for (const double beta : *character.betas)
	{
		writer.real(beta);
	}
}

void write_pose(FieldWriter& writer, const std::optional<Pose>& pose)
{
	writer.string("pose");
	if (!pose)
	{
		writer.nil();
		return;
	}
	writer.map(2);
	writer.string("rotations");
	writer.bin(bytes_from_floats(pose->rotations.data(), pose->rotations.size()));
	writer.string("translation");
	writer.bin(bytes_from_floats(pose->translation.data(), pose->translation.size()));
}

void write_root(FieldWriter& writer, const std::optional<Root>& root)
{
	writer.string("root");
	if (!root)
	{
		writer.nil();
		return;
	}
	writer.map(2);
	writer.string("position");
	writer.array(3);
	for (const double coordinate : root->position)
	{
		writer.real(coordinate);
	}
	writer.field("yaw_rad", root->yaw_rad);
}

Bytes bytes_of(const Hello& hello)
{
	FieldWriter writer("hello", hello.request_id, 3);
	writer.field("protocol", hello.protocol);
	writer.field("client", std::string_view(hello.client));
	writer.field("encoding", std::string_view("msgpack"));
	return writer.take();
}

Bytes bytes_of(const OpenSession& open)
{
	FieldWriter writer("open_session", open.request_id, 4);
	writer.string("characters");
	writer.array(limits::kPersonCount);
	for (const Character& character : open.characters)
	{
		write_character(writer, character);
	}
	writer.field("rate_hz", open.rate_hz);
	writer.field("profile", word_of(open.profile));
	writer.field("session", open.session);
	return writer.take();
}

Bytes bytes_of(const Interact& interact)
{
	FieldWriter writer("interact", interact.request_id, 9);
	writer.field("session", std::string_view(interact.session));
	writer.string("characters");
	writer.array(limits::kPersonCount);
	for (const Subject& subject : interact.characters)
	{
		writer.map(2);
		write_pose(writer, subject.pose);
		write_root(writer, subject.root);
	}
	writer.field("text", interact.text);
	writer.field("anchor_time", interact.anchor_time);
	writer.field("duration_s", interact.duration_s);
	writer.field("blend_in_s", interact.blend_in_s);
	writer.field("seed", interact.seed);
	writer.field("steps", interact.steps);
	writer.field("max_distance_m", interact.max_distance_m);
	return writer.take();
}

Bytes bytes_of(const Cancel& cancel)
{
	FieldWriter writer("cancel", cancel.request_id, 3);
	writer.field("session", std::string_view(cancel.session));
	writer.field("interaction", cancel.interaction);
	writer.field("blend_out_s", cancel.blend_out_s);
	return writer.take();
}

Bytes bytes_of(const Resend& resend)
{
	FieldWriter writer("resend", resend.request_id, 3);
	writer.field("session", std::string_view(resend.session));
	writer.field("start", resend.start);
	writer.field("stop", resend.stop);
	return writer.take();
}

Bytes bytes_of(const Ping& ping)
{
	FieldWriter writer("ping", ping.request_id, 1);
	writer.field("client_time_ns", ping.client_time_ns);
	return writer.take();
}

Bytes bytes_of(const Stats& stats)
{
	return FieldWriter("stats", stats.request_id, 0).take();
}

Bytes bytes_of(const CloseSession& close)
{
	FieldWriter writer("close_session", close.request_id, 1);
	writer.field("session", std::string_view(close.session));
	return writer.take();
}

} // namespace

Result<Bytes> encode(const Request& request)
{
	return std::visit(
		[](const auto& message) -> Result<Bytes>
		{
			if (std::string fault = fault_of(message); !fault.empty())
			{
				return Error{ErrorKind::invalid, std::move(fault)};
			}
			return bytes_of(message);
		},
		request);
}

} // namespace ponimator
