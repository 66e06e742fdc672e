#include "Core/Wire/Arrays.h"
#include "Core/Wire/Decoding.h"
#include "Core/Wire/Envelope.h"
#include "Core/Wire/SkeletonReading.h"

namespace ponimator
{
namespace
{

Contact read_contact(FieldReader& reader)
{
	constexpr std::int64_t last_joint = static_cast<std::int64_t>(limits::kJointCount) - 1;
	Contact contact;
	reader.map_of(
		required("start", [&] { contact.start = reader.counter(); }),
		required("stop", [&] { contact.stop = reader.counter(); }),
		required("a", [&] { contact.a = reader.integer_within(0, last_joint); }),
		required("b", [&] { contact.b = reader.integer_within(0, last_joint); }));
	return contact;
}

/** All fields of a block but its arrays. */
Motion read_motion_fields(FieldReader& reader)
{
	Motion motion;
	reader.map_of(
		required("session", [&] { motion.session = reader.session(); }),
		required("interaction", [&] { motion.interaction = reader.counter(); }),
		required("revision", [&] { motion.revision = reader.counter(); }),
		// So low that no sum of it and a count can overflow.
		required("start", [&] { motion.start = reader.integer_within(0, limits::kMaxInt64 - limits::kMaxBlockFrames); }),
		required("count", [&] { motion.count = reader.integer_within(1, limits::kMaxBlockFrames); }),
		required("rate_hz", [&] { motion.rate_hz = reader.integer_within(limits::kMinRateHz, limits::kMaxRateHz); }),
		required("time_ns", [&] { motion.time_ns = reader.integer(); }),
		optional(
			"contacts",
			[&]
			{
				motion.contacts.clear();
				reader.list(0, limits::kMaxContacts, [&](std::size_t) { motion.contacts.push_back(read_contact(reader)); });
			}),
		optional("anchor", [&] { motion.anchor = reader.counter(); }),
		optional("final", [&] { motion.final = reader.boolean(); }));
	return motion;
}

/** A block: its arrays are read by a second cursor, for their shape depends on `count`, which may stand behind them. */
Motion read_motion(FieldReader& reader, ByteView bytes)
{
	Motion motion = read_motion_fields(reader);
	if (!reader.ok())
	{
		return motion;
	}
	const std::size_t persons_frames = limits::kPersonCount * static_cast<std::size_t>(motion.count);
	const std::size_t rotation_count = persons_frames * limits::kJointCount;
	FieldReader arrays(bytes);
	arrays.map_of(
		required(
			"rotations",
			[&]
			{
				motion.rotations = arrays.floats(rotation_count * 4);
				if (std::string fault = arrays.ok() ? fault_of_unit("it", motion.rotations.data(), rotation_count) : ""; !fault.empty())
				{
					arrays.fail(std::move(fault));
				}
			}),
		required("translations", [&] { motion.translations = arrays.floats(persons_frames * 3); }),
		required("foot_contacts", [&] { motion.foot_contacts = arrays.octets(persons_frames * limits::kFootCount); }));
	if (!arrays.ok())
	{
		reader.fail(arrays.error());
	}
	return motion;
}

Status read_status(FieldReader& reader)
{
	Status status;
	reader.map_of(
		required("session", [&] { status.session = reader.session(); }),
		required("state", [&] { status.state = reader.word<State>(kStateWords); }),
		required("time_ns", [&] { status.time_ns = reader.integer(); }),
		optional("interaction", [&] { status.interaction = reader.counter(); }),
		optional("frame", [&] { status.frame = reader.counter(); }),
		optional("code", [&] { status.code = reader.word<Code>(kCodeWords); }),
		optional("message", [&] { status.message = reader.text(0, limits::kMaxErrorCharacters); }),
		optional("steps", [&] { status.steps = reader.integer_within(1, limits::kMaxSteps); }));
	return status;
}

Heartbeat read_heartbeat(FieldReader& reader)
{
	Heartbeat heartbeat;
	reader.map_of(
		required("session", [&] { heartbeat.session = reader.session(); }),
		required("time_ns", [&] { heartbeat.time_ns = reader.integer(); }),
		required("play_frame", [&] { heartbeat.play_frame = reader.counter(); }),
		required("buffered_s", [&] { heartbeat.buffered_s = reader.real_within(-limits::kMaxReal, limits::kMaxReal); }));
	return heartbeat;
}

} // namespace

Result<StreamMessage> decode_stream(ByteView bytes)
{
	const Result<std::string> type = type_of_message(bytes, limits::kMaxStreamBytes);
	if (!type)
	{
		return type.error();
	}
	FieldReader reader(bytes);
	StreamMessage message;
	if (*type == "motion")
	{
		message = read_motion(reader, bytes);
	}
	else if (*type == "heartbeat")
	{
		message = read_heartbeat(reader);
	}
	else if (*type == "status")
	{
		message = read_status(reader);
	}
	else if (*type == "skeleton")
	{
		message = read_skeleton(reader);
	}
	else
	{
		return unknown_type(*type, "heartbeat, motion, skeleton, status");
	}
	if (!reader.ok())
	{
		return unfit(*type, reader.error());
	}
	return message;
}

} // namespace ponimator
