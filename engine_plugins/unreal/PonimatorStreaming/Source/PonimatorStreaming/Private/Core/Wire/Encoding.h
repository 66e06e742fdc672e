// From a request to the bytes of a message.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/Requests.h"
#include "Core/Wire/Result.h"

namespace ponimator
{

/** The request's bytes, or which of its values the server would refuse. */
Result<Bytes> encode(const Request& request);

} // namespace ponimator
