// Reads msgpack from bytes that nobody vouches for.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/MsgpackKind.h"

#include <string>
#include <string_view>

namespace ponimator
{

/**
 * A cursor over msgpack values; it allocates nothing and copies nothing.
 *
 * The first failure stays: every later read returns an empty value, so that a decoder looks at `ok()` once. A count that
 * the bytes left over cannot hold, and more than kMaxDepth maps and arrays in each other, are failures.
 */
class MsgpackReader
{
public:
	explicit MsgpackReader(ByteView bytes) : bytes_(bytes) {}

	bool ok() const { return error_.empty(); }
	bool at_end() const { return at_ == bytes_.size; }
	/** What was expected, what came and at which byte. */
	const std::string& error() const { return error_; }
	/** Makes the reading fail, unless it has failed already. */
	void fail(std::string message);
	/** Says in which field the reading failed; from the innermost field outwards. */
	void fail_within(std::string_view field);

	MsgpackKind kind() const;
	/** Enters a map or an array and returns how many entries it has; `leave` it after the last one. */
	std::uint32_t enter_map();
	std::uint32_t enter_array();
	void leave() { --depth_; }
	/** Passes over a nil where one is next. */
	bool skip_nil();
	bool boolean();
	std::int64_t integer();
	/** A float32, a float64 or an integer. */
	double real();
	/** Valid UTF-8, as a view of the bytes read from. */
	std::string_view string();
	ByteView bin();
	/** Passes over one value, whatever it holds. */
	void skip();

	/** Calls `on_field(name)` for each entry of a map; where it returns false the value is passed over. */
	template <class OnField>
	void fields(OnField on_field)
	{
		const std::uint32_t count = enter_map();
		for (std::uint32_t index = 0; index < count && ok(); ++index)
		{
			const std::string_view name = string();
			if (ok() && !on_field(name))
			{
				skip();
			}
		}
		leave();
	}

private:
	std::uint8_t head() const { return bytes_.data[at_]; }
	std::size_t left() const { return bytes_.size - at_; }
	bool expect(MsgpackKind wanted);
	std::uint64_t big_endian(int byte_count);
	const std::uint8_t* take(std::uint64_t count);
	std::uint32_t enter(std::uint64_t count, std::size_t least_bytes_per_entry);
	std::uint64_t length_of_string();
	std::uint64_t length_of_bin();
	void skip_scalar(MsgpackKind scalar);

	ByteView bytes_;
	std::size_t at_ = 0;
	int depth_ = 0;
	std::string error_;
};

} // namespace ponimator
