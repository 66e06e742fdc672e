#include "Core/Wire/MsgpackReader.h"

#include "Core/Wire/Limits.h"
#include "Core/Wire/Utf8.h"

#include <cstring>
#include <utility>

namespace ponimator
{
void MsgpackReader::fail(std::string message)
{
	if (ok())
	{
		error_ = std::move(message);
	}
}

void MsgpackReader::fail_within(std::string_view field)
{
	error_.insert(0, "in " + std::string(utf8_beginning(field, limits::kMaxNameCharacters)) + ": ");
}

MsgpackKind MsgpackReader::kind() const
{
	if (!ok() || at_end())
	{
		return MsgpackKind::nothing;
	}
	return kind_of_head(head());
}

std::uint32_t MsgpackReader::enter_map()
{
	++depth_;
	if (!expect(MsgpackKind::map))
	{
		return 0;
	}
	const std::uint8_t first = *take(1);
	return enter(first < 0xc0 ? first & 0x0f : big_endian(first == 0xde ? 2 : 4), 2);
}

std::uint32_t MsgpackReader::enter_array()
{
	++depth_;
	if (!expect(MsgpackKind::array))
	{
		return 0;
	}
	const std::uint8_t first = *take(1);
	return enter(first < 0xc0 ? first & 0x0f : big_endian(first == 0xdc ? 2 : 4), 1);
}

bool MsgpackReader::skip_nil()
{
	const bool is_nil = kind() == MsgpackKind::nil;
	at_ += is_nil ? 1 : 0;
	return is_nil;
}

bool MsgpackReader::boolean()
{
	return expect(MsgpackKind::boolean) && *take(1) == 0xc3;
}

std::int64_t MsgpackReader::integer()
{
	if (!expect(MsgpackKind::integer))
	{
		return 0;
	}
	const std::uint8_t first = *take(1);
	if (first < 0x80 || first >= 0xe0)
	{
		return static_cast<std::int8_t>(first);
	}
	const bool is_signed = first >= 0xd0;
	const int byte_count = 1 << (first - (is_signed ? 0xd0 : 0xcc));
	const std::uint64_t bits = big_endian(byte_count);
	if (is_signed)
	{
		// The sign is the highest bit of the width read: shifted up and back, it fills the bits above.
		const int unused = 64 - 8 * byte_count;
		return static_cast<std::int64_t>(bits << unused) >> unused;
	}
	if (bits > static_cast<std::uint64_t>(limits::kMaxInt64))
	{
		fail("expected an integer of at most 63 bits, got " + std::to_string(bits));
		return 0;
	}
	return static_cast<std::int64_t>(bits);
}

double MsgpackReader::real()
{
	if (kind() == MsgpackKind::integer)
	{
		return static_cast<double>(integer());
	}
	if (!expect(MsgpackKind::real))
	{
		return 0.0;
	}
	if (*take(1) == 0xca)
	{
		const auto bits = static_cast<std::uint32_t>(big_endian(4));
		float value = 0.0f;
		std::memcpy(&value, &bits, sizeof(value));
		return static_cast<double>(value);
	}
	const std::uint64_t bits = big_endian(8);
	double value = 0.0;
	std::memcpy(&value, &bits, sizeof(value));
	return value;
}

std::string_view MsgpackReader::string()
{
	if (!expect(MsgpackKind::string))
	{
		return {};
	}
	const std::uint64_t size = length_of_string();
	const std::uint8_t* first = take(size);
	if (first == nullptr)
	{
		return {};
	}
	const std::string_view utf8(reinterpret_cast<const char*>(first), static_cast<std::size_t>(size));
	if (!utf8_characters(utf8))
	{
		fail("expected UTF-8 in a string, got other bytes before byte " + std::to_string(at_));
		return {};
	}
	return utf8;
}

ByteView MsgpackReader::bin()
{
	if (!expect(MsgpackKind::bin))
	{
		return {};
	}
	const std::uint64_t size = length_of_bin();
	const std::uint8_t* first = take(size);
	return first == nullptr ? ByteView() : ByteView(first, static_cast<std::size_t>(size));
}

void MsgpackReader::skip()
{
	// How many values are still to be passed over, in each map and array around the cursor.
	std::uint64_t open[limits::kMaxDepth + 1] = {1};
	int level = 0;
	while (ok() && level >= 0)
	{
		if (open[level] == 0)
		{
			depth_ -= level > 0 ? 1 : 0;
			--level;
			continue;
		}
		--open[level];
		const MsgpackKind next = kind();
		if (next == MsgpackKind::map || next == MsgpackKind::array)
		{
			const std::uint64_t count = next == MsgpackKind::map ? 2ull * enter_map() : enter_array();
			if (ok())
			{
				open[++level] = count;
			}
		}
		else
		{
			skip_scalar(next);
		}
	}
}

void MsgpackReader::skip_scalar(MsgpackKind scalar)
{
	switch (scalar)
	{
	case MsgpackKind::nil:
	case MsgpackKind::boolean:
		take(1);
		return;
	case MsgpackKind::integer:
	{
		const std::uint8_t first = *take(1);
		take(first < 0x80 || first >= 0xe0 ? 0 : std::uint64_t{1} << (first & 3));
		return;
	}
	case MsgpackKind::real:
		take(head() == 0xca ? 5 : 9);
		return;
	case MsgpackKind::string:
		string();
		return;
	case MsgpackKind::bin:
		bin();
		return;
	case MsgpackKind::extension:
	{
		// One byte of an extension tells its type.
		const std::uint8_t first = *take(1);
		take(1 + (first >= 0xd4 ? std::uint64_t{1} << (first - 0xd4) : big_endian(1 << (first - 0xc7))));
		return;
	}
	default:
		expect(MsgpackKind::nil);
	}
}

bool MsgpackReader::expect(MsgpackKind wanted)
{
	if (!ok())
	{
		return false;
	}
	if (at_end())
	{
		fail(std::string("expected ") + words_of(wanted) + " at byte " + std::to_string(at_) + ", got the end of the bytes");
		return false;
	}
	const MsgpackKind came = kind();
	if (came != wanted)
	{
		fail(std::string("expected ") + words_of(wanted) + " at byte " + std::to_string(at_) + ", got " + words_of(came));
	}
	return ok();
}

std::uint64_t MsgpackReader::big_endian(int byte_count)
{
	const std::uint8_t* bytes = take(static_cast<std::uint64_t>(byte_count));
	std::uint64_t value = 0;
	for (int index = 0; bytes != nullptr && index < byte_count; ++index)
	{
		value = value << 8 | bytes[index];
	}
	return value;
}

const std::uint8_t* MsgpackReader::take(std::uint64_t count)
{
	if (ok() && count > left())
	{
		fail("expected " + std::to_string(count) + " bytes after byte " + std::to_string(at_) + ", got " + std::to_string(left()));
	}
	if (!ok())
	{
		return nullptr;
	}
	const std::uint8_t* first = bytes_.data + at_;
	at_ += static_cast<std::size_t>(count);
	return first;
}

std::uint32_t MsgpackReader::enter(std::uint64_t count, std::size_t least_bytes_per_entry)
{
	if (depth_ > limits::kMaxDepth)
	{
		fail("expected at most " + std::to_string(limits::kMaxDepth) + " maps and lists in each other, got more");
	}
	if (count * least_bytes_per_entry > left())
	{
		fail("expected room for " + std::to_string(count) + " entries, got " + std::to_string(left()) + " bytes");
	}
	return ok() ? static_cast<std::uint32_t>(count) : 0;
}

std::uint64_t MsgpackReader::length_of_string()
{
	const std::uint8_t first = *take(1);
	return first < 0xc0 ? first & 0x1f : big_endian(1 << (first - 0xd9));
}

std::uint64_t MsgpackReader::length_of_bin()
{
	return big_endian(1 << (*take(1) - 0xc4));
}

} // namespace ponimator
