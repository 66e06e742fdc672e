// What the reader refuses and what it lets pass, and what is not sent.
#include "Check.h"
#include "GoldenFiles.h"

#include "Core/Wire/Decoding.h"
#include "Core/Wire/Encoding.h"
#include "Core/Wire/MsgpackReader.h"
#include "Core/Wire/MsgpackWriter.h"
#include "Core/Wire/Utf8.h"

#include <limits>

using namespace ponimator;

namespace
{

const char* const kStreamTypes[] = {"skeleton", "motion", "status", "heartbeat"};

std::string stream_error(const Bytes& bytes)
{
	const Result<StreamMessage> message = decode_stream(bytes);
	return message ? "" : message.error().message;
}

bool has(const std::string& words, const std::string& part)
{
	return words.find(part) != std::string::npos;
}

/** A map with one field more in front of all others. */
Bytes with_field(const Bytes& message, const Bytes& field)
{
	// A map of fewer than 15 fields tells their number in the low half of its first byte; of 15, as two bytes more.
	const int count = (message[0] & 0x0f) + 1;
	Bytes more = count < 16 ? Bytes{static_cast<std::uint8_t>(0x80 | count)} : Bytes{0xde, 0, 16};
	more.insert(more.end(), field.begin(), field.end());
	more.insert(more.end(), message.begin() + 1, message.end());
	return more;
}

Bytes replaced(Bytes bytes, const Bytes& before, const Bytes& after)
{
	const auto at = std::search(bytes.begin(), bytes.end(), before.begin(), before.end());
	CHECK(at != bytes.end());
	const auto position = bytes.erase(at, at + static_cast<std::ptrdiff_t>(before.size()));
	bytes.insert(position, after.begin(), after.end());
	return bytes;
}

Bytes field(const std::string& name, const Bytes& value)
{
	MsgpackWriter writer;
	writer.string(name);
	Bytes bytes = writer.take();
	bytes.insert(bytes.end(), value.begin(), value.end());
	return bytes;
}

Bytes nested_arrays(int depth)
{
	Bytes bytes(static_cast<std::size_t>(depth), 0x91);
	bytes.push_back(0xc0);
	return bytes;
}

Interact whole_interact()
{
	Interact interact;
	interact.session = "s-1";
	interact.characters[0].pose.emplace();
	for (std::size_t joint = 0; joint < limits::kBodyJointCount; ++joint)
	{
		interact.characters[0].pose->rotations[4 * joint + 3] = 1.0f;
	}
	return interact;
}

std::string encode_error(const Request& request)
{
	const Result<Bytes> bytes = encode(request);
	return bytes ? "" : bytes.error().message;
}

} // namespace

TEST(unknown_fields_are_passed_over_and_deep_ones_refused)
{
	for (const char* type : kStreamTypes)
	{
		const Bytes whole = golden::message(type);
		CHECK_EQUAL(stream_error(with_field(whole, field("added_later", nested_arrays(15)))), "");
		CHECK(has(stream_error(with_field(whole, field("added_later", nested_arrays(16)))), "at most 16"));
		const Bytes extension = {0xc7, 0x02, 0x05, 0x01, 0x02};
		CHECK_EQUAL(stream_error(with_field(whole, field("added_later", extension))), "");
	}
}

TEST(counts_that_the_bytes_cannot_hold_are_refused_before_memory_is_taken)
{
	const Bytes heartbeat = golden::message("heartbeat");
	CHECK(has(stream_error(with_field(heartbeat, field("x", {0xdd, 0xff, 0xff, 0xff, 0xff}))), "room for 4294967295"));
	CHECK(has(stream_error(with_field(heartbeat, field("x", {0xdf, 0xff, 0xff, 0xff, 0xff}))), "room for 4294967295"));
	CHECK(has(stream_error(with_field(heartbeat, field("x", {0xc6, 0xff, 0xff, 0xff, 0xff}))), "4294967295 bytes"));
	CHECK(has(stream_error(with_field(heartbeat, field("x", {0xdb, 0xff, 0xff, 0xff, 0xff}))), "4294967295 bytes"));
	CHECK(has(stream_error(Bytes(limits::kMaxStreamBytes + 1, 0)), "Expected at most 2097152 bytes"));
	CHECK(decode_reply(Bytes(limits::kMaxReplyBytes + 1, 0)).error().kind == ErrorKind::too_large);
}

TEST(a_message_says_what_it_is_once_and_nothing_after_it)
{
	const Bytes heartbeat = golden::message("heartbeat");
	CHECK(has(stream_error(with_field(heartbeat, field("type", {0xa6, 's', 't', 'a', 't', 'u', 's'}))), "got two"));
	Bytes longer = heartbeat;
	longer.push_back(0xc0);
	CHECK(has(stream_error(longer), "nothing after the map"));
	CHECK(has(stream_error({0x80}), "expected a type"));
	CHECK(has(stream_error({}), "end of the bytes"));
	CHECK(has(stream_error(replaced(heartbeat, {'h', 'e', 'a', 'r'}, {'h', 'a', 'a', 'r'})), "heartbeat, motion, skeleton"));
	CHECK(has(stream_error(golden::message("pong")), "got pong"));
}

TEST(another_protocol_is_told_before_any_other_field)
{
	// Without its other fields it would be none of ours anyway.
	MsgpackWriter writer;
	writer.map(2);
	writer.string("type");
	writer.string("hello_ok");
	writer.string("protocol");
	writer.integer(2);
	const Result<ServerReply> reply = decode_reply(writer.take());
	CHECK(!reply && reply.error().kind == ErrorKind::unsupported_protocol);
	CHECK(has(reply.error().message, "Expected protocol 1, got 2"));
}

TEST(missing_and_wrong_fields_are_named)
{
	const Bytes heartbeat = golden::message("heartbeat");
	const Bytes name = {'p', 'l', 'a', 'y', '_', 'f', 'r', 'a', 'm', 'e'};
	CHECK(has(stream_error(replaced(heartbeat, name, {'p', 'l', 'a', 'y', '_', 'f', 'r', 'a', 'm', 'x'})),
		"expected the field play_frame"));
	const Bytes session = {0xa6, 's', '-', '0', '0', '0', '1'};
	CHECK(has(stream_error(replaced(heartbeat, session, {0x07})), "in session: expected a string at byte"));
	CHECK(has(stream_error(replaced(heartbeat, session, {0xa2, 's', '/'})), "expected a session"));
	CHECK(has(stream_error(replaced(golden::message("motion"), field("count", {2}), field("count", {3}))),
		"in rotations: expected 5280 bytes, got 3520"));
}

TEST(numbers_that_are_none_are_refused)
{
	MsgpackWriter writer;
	writer.real(0.75);
	const Bytes buffered = writer.take();
	for (const double number : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300})
	{
		writer.real(number);
		CHECK(has(stream_error(replaced(golden::message("heartbeat"), buffered, writer.take())), "expected a number from"));
	}
	const Bytes rotation = {0, 0, 0, 0x3f, 0, 0, 0, 0x3f, 0, 0, 0, 0x3f, 0, 0, 0, 0x3f};
	Bytes twice = rotation;
	twice[3] = 0x7f;
	CHECK(has(stream_error(replaced(golden::message("motion"), rotation, twice)), "Expected unit quaternions"));
	Bytes nan = rotation;
	nan[2] = 0xc0;
	nan[3] = 0x7f;
	CHECK(has(stream_error(replaced(golden::message("motion"), rotation, nan)), "Expected finite numbers"));
}

TEST(numbers_of_every_width_are_read)
{
	for (const std::int64_t number :
		{std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{255}, std::int64_t{256}, std::int64_t{65535},
			std::int64_t{65536}, std::int64_t{4294967295}, std::int64_t{4294967296}, limits::kMaxInt64, std::int64_t{-1},
			std::int64_t{-32}, std::int64_t{-33}, std::int64_t{-128}, std::int64_t{-129}, std::int64_t{-32768},
			std::int64_t{-32769}, std::int64_t{-2147483648LL}, std::int64_t{-2147483649LL}, limits::kMinInt64})
	{
		MsgpackWriter writer;
		writer.integer(number);
		const Bytes bytes = writer.take();
		MsgpackReader reader(bytes);
		CHECK_EQUAL(reader.integer(), number);
		CHECK(reader.ok() && reader.at_end());
	}
	// Wider than needed, as other writers may do.
	const Bytes wide[] = {{0xd1, 0xff, 0xfe}, {0xd2, 0xff, 0xff, 0xff, 0xfe}, {0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
	for (const Bytes& bytes : wide)
	{
		CHECK_EQUAL(MsgpackReader(bytes).integer(), -2);
	}
	const Bytes too_large = {0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0};
	MsgpackReader reader(too_large);
	CHECK_EQUAL(reader.integer(), 0);
	CHECK(has(reader.error(), "at most 63 bits"));
	const Bytes single = {0xca, 0x3f, 0xc0, 0, 0};
	CHECK_EQUAL(MsgpackReader(single).real(), 1.5);
}

TEST(only_utf8_is_a_string)
{
	CHECK_EQUAL(*utf8_characters("Björn ✋ 𝄞"), 9u);
	for (const char* wrong : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"})
	{
		CHECK(!utf8_characters(wrong));
	}
	CHECK_EQUAL(utf8_beginning("a\u270b", 3), "a");
	CHECK_EQUAL(utf8_beginning("a\u270b", 4), "a\u270b");
	const Bytes skeleton = golden::message("skeleton");
	CHECK(has(stream_error(replaced(skeleton, {'A', 'n', 'n', 'a'}, {'A', 'n', 0xff, 'a'})), "expected UTF-8"));
}

TEST(a_parent_stands_before_its_children)
{
	Bytes skeleton = golden::message("skeleton");
	const Bytes parents = {0xff, 0x00, 0x00, 0x00, 0x01};
	CHECK(has(stream_error(replaced(skeleton, parents, {0xff, 0x00, 0x05, 0x00, 0x01})), "in parents: expected an integer from 0 to 1"));
	CHECK(has(stream_error(replaced(skeleton, parents, {0xff, 0xff, 0x00, 0x00, 0x01})), "in parents"));
}

TEST(requests_outside_the_limits_are_refused_before_they_are_sent)
{
	CHECK_EQUAL(encode_error(whole_interact()), "");
	Interact interact = whole_interact();
	interact.characters[0].pose->rotations[7] = 2.0f;
	CHECK(has(encode_error(interact), "got one of length 2 at 1: normalise"));
	interact = whole_interact();
	interact.characters[0].pose->translation[1] = std::numeric_limits<float>::quiet_NaN();
	CHECK(has(encode_error(interact), "pose.translation"));
	interact = whole_interact();
	interact.duration_s = 0.0;
	CHECK(has(encode_error(interact), "Expected duration_s from 0.1 to 3600, got 0"));
	interact = whole_interact();
	interact.seed = -1;
	CHECK(has(encode_error(interact), "Expected seed from 0"));
	interact = Interact();
	interact.text = " \t";
	CHECK(has(encode_error(interact), "say what to animate"));
	interact.text = std::string(1001, 'a');
	interact.session = "s-1";
	CHECK(has(encode_error(interact), "got 1001"));
	CHECK(has(encode_error(OpenSession{}), "a character's name of 1 to 64"));
	CHECK(has(encode_error(Resend{0, "s-1", 5, 5}), "1 to 3600 frames"));
	CHECK(has(encode_error(Resend{0, "s-1", 0, 3601}), "1 to 3600 frames"));
	CHECK(has(encode_error(Cancel{0, "", {}, 0.3}), "Expected a session"));
	CHECK(has(encode_error(Cancel{0, "s-1", {}, 6.0}), "Expected blend_out_s from 0 to 5, got 6"));
}

int main()
{
	return check::run_all();
}
