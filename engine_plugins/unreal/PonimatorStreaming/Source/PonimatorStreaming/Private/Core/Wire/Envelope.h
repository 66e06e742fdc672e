// What a message says it is, read before anything else of it.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/Result.h"

#include <string>

namespace ponimator
{

/** The type of a message, once its size and its protocol number are known to be right. */
Result<std::string> type_of_message(ByteView bytes, std::size_t max_bytes);

/** The error for a message whose type does not belong on its lane. */
Error unknown_type(const std::string& came, const char* expected);

/** The error for a field of a known message. */
Error unfit(const std::string& type, const std::string& reason);

} // namespace ponimator
