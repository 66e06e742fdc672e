// The kinds of msgpack's values, which the first byte of each tells.
#pragma once

#include <cstdint>

namespace ponimator
{

/** What a value is. */
enum class MsgpackKind
{
	nil,
	boolean,
	integer,
	real,
	string,
	bin,
	array,
	map,
	extension,
	nothing,
};

/** What the value with this first byte is. */
MsgpackKind kind_of_head(std::uint8_t head);

/** For the messages of errors. */
const char* words_of(MsgpackKind kind);

} // namespace ponimator
