// UTF-8, as far as a border check needs it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ponimator
{

/** How many characters (code points) there are; nothing where this is not UTF-8. */
std::optional<std::size_t> utf8_characters(std::string_view bytes);

/** The longest beginning of at most so many bytes that ends with a whole character. */
std::string_view utf8_beginning(std::string_view utf8, std::size_t max_bytes);

} // namespace ponimator
