// Writes msgpack, each value in its shortest form.
#pragma once

#include "Core/Wire/Bytes.h"

#include <string_view>

namespace ponimator
{

/** Appends values to bytes; whoever calls it writes as many entries after a header as the header says. */
class MsgpackWriter
{
public:
	void map(std::uint32_t count);
	void array(std::uint32_t count);
	void nil();
	void boolean(bool value);
	void integer(std::int64_t value);
	void real(double value);
	void string(std::string_view utf8);
	void bin(ByteView bytes);

	/** The bytes so far; the writer is empty then. */
	Bytes take();

private:
	void byte(std::uint8_t value) { bytes_.push_back(value); }
	void big_endian(std::uint64_t value, int byte_count);
	void raw(const void* data, std::size_t size);

	Bytes bytes_;
};

} // namespace ponimator
