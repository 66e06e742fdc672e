#include "Core/Wire/Utf8.h"

#include <cstdint>

namespace ponimator
{
namespace
{

constexpr bool continues_character(char byte)
{
	return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

/** Bytes of the character that begins with this one; 0 for none. */
constexpr std::size_t character_bytes(std::uint8_t lead)
{
	return lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/** Whether the second byte makes the character longer than needed, a surrogate, or one beyond U+10FFFF. */
constexpr bool is_second_byte_wrong(std::uint8_t lead, std::uint8_t second)
{
	return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
		(lead == 0xf4 && second > 0x8f);
}

} // namespace

std::optional<std::size_t> utf8_characters(std::string_view bytes)
{
	std::size_t characters = 0;
	for (std::size_t at = 0; at < bytes.size(); ++characters)
	{
		const auto lead = static_cast<std::uint8_t>(bytes[at]);
		const std::size_t size = character_bytes(lead);
		if (size == 0 || size > bytes.size() - at)
		{
			return std::nullopt;
		}
		for (std::size_t next = 1; next < size; ++next)
		{
			if (!continues_character(bytes[at + next]))
			{
				return std::nullopt;
			}
		}
		if (size > 1 && is_second_byte_wrong(lead, static_cast<std::uint8_t>(bytes[at + 1])))
		{
			return std::nullopt;
		}
		at += size;
	}
	return characters;
}

std::string_view utf8_beginning(std::string_view utf8, std::size_t max_bytes)
{
	if (utf8.size() <= max_bytes)
	{
		return utf8;
	}
	std::size_t size = max_bytes;
	while (size > 0 && continues_character(utf8[size]))
	{
		--size;
	}
	return utf8.substr(0, size);
}

} // namespace ponimator
