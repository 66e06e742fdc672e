#include "Core/Wire/Words.h"

#include "Core/Wire/Limits.h"

#include <cstdio>

namespace ponimator
{

std::string words_of_real(double value)
{
	char words[32];
	const int size = std::snprintf(words, sizeof(words), "%g", value);
	return std::string(words, static_cast<std::size_t>(size));
}

bool is_session_id(std::string_view word)
{
	const std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	return !word.empty() && word.size() <= limits::kMaxNameCharacters &&
		word.find_first_not_of(allowed) == std::string_view::npos;
}

} // namespace ponimator
