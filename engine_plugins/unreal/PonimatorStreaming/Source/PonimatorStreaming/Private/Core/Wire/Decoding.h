// From the bytes of a message to what a server said: size before memory, version before fields, shape before use.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/Replies.h"
#include "Core/Wire/Result.h"
#include "Core/Wire/StreamMessages.h"

namespace ponimator
{

/** A message of the control lane, or why these bytes are none. */
Result<ServerReply> decode_reply(ByteView bytes);

/** A message of the stream lane, or why these bytes are none. */
Result<StreamMessage> decode_stream(ByteView bytes);

} // namespace ponimator
