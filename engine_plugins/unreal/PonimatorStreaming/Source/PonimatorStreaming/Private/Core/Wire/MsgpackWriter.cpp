#include "Core/Wire/MsgpackWriter.h"

#include <cstring>
#include <utility>

namespace ponimator
{

void MsgpackWriter::map(std::uint32_t count)
{
	if (count < 16)
	{
		byte(static_cast<std::uint8_t>(0x80 | count));
	}
	else if (count <= 0xffff)
	{
		byte(0xde);
		big_endian(count, 2);
	}
	else
	{
		byte(0xdf);
		big_endian(count, 4);
	}
}

void MsgpackWriter::array(std::uint32_t count)
{
	if (count < 16)
	{
		byte(static_cast<std::uint8_t>(0x90 | count));
	}
	else if (count <= 0xffff)
	{
		byte(0xdc);
		big_endian(count, 2);
	}
	else
	{
		byte(0xdd);
		big_endian(count, 4);
	}
}

void MsgpackWriter::nil()
{
	byte(0xc0);
}

void MsgpackWriter::boolean(bool value)
{
	byte(value ? 0xc3 : 0xc2);
}

void MsgpackWriter::integer(std::int64_t value)
{
	const auto bits = static_cast<std::uint64_t>(value);
	if (value >= -32 && value < 128)
	{
		byte(static_cast<std::uint8_t>(bits));
		return;
	}
	if (value >= 0)
	{
		const int width = bits <= 0xff ? 0 : bits <= 0xffff ? 1 : bits <= 0xffffffff ? 2 : 3;
		byte(static_cast<std::uint8_t>(0xcc + width));
		big_endian(bits, 1 << width);
		return;
	}
	const int width = value >= -0x80 ? 0 : value >= -0x8000 ? 1 : value >= -0x80000000LL ? 2 : 3;
	byte(static_cast<std::uint8_t>(0xd0 + width));
	big_endian(bits, 1 << width);
}

void MsgpackWriter::real(double value)
{
	std::uint64_t bits = 0;
	std::memcpy(&bits, &value, sizeof(bits));
	byte(0xcb);
	big_endian(bits, 8);
}

void MsgpackWriter::string(std::string_view utf8)
{
	const std::size_t size = utf8.size();
	if (size < 32)
	{
		byte(static_cast<std::uint8_t>(0xa0 | size));
	}
	else
	{
		const int width = size <= 0xff ? 0 : size <= 0xffff ? 1 : 2;
		byte(static_cast<std::uint8_t>(0xd9 + width));
		big_endian(size, 1 << width);
	}
	raw(utf8.data(), size);
}

void MsgpackWriter::bin(ByteView bytes)
{
	const int width = bytes.size <= 0xff ? 0 : bytes.size <= 0xffff ? 1 : 2;
	byte(static_cast<std::uint8_t>(0xc4 + width));
	big_endian(bytes.size, 1 << width);
	raw(bytes.data, bytes.size);
}

Bytes MsgpackWriter::take()
{
	return std::exchange(bytes_, {});
}

void MsgpackWriter::big_endian(std::uint64_t value, int byte_count)
{
	for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8)
	{
		byte(static_cast<std::uint8_t>(value >> shift));
	}
}

void MsgpackWriter::raw(const void* data, std::size_t size)
{
	const auto* first = static_cast<const std::uint8_t*>(data);
	bytes_.insert(bytes_.end(), first, first + size);
}

} // namespace ponimator
