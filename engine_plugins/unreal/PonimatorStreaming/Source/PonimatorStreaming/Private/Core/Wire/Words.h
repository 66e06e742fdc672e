// Values as words, for the messages of errors.
#pragma once

#include <string>
#include <string_view>

namespace ponimator
{

/** The shortest words of at most 6 digits: 3600, 0.1, 1e+15. */
std::string words_of_real(double value);

/** A session's name: 1 to 64 of `A–Z a–z 0–9 _ -`. */
bool is_session_id(std::string_view word);

} // namespace ponimator
