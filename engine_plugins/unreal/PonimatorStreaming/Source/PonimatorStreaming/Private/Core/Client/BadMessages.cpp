#include "Core/Client/BadMessages.h"

#include "Core/Playout/Times.h"

namespace ponimator
{

void BadMessages::came(const std::string& message)
{
	++shared_.bad_messages;
	const std::int64_t now_ns = monotonic_ns();
	if (!told_ns_ || now_ns - *told_ns_ >= nanoseconds_from_seconds(1.0))
	{
		told_ns_ = now_ns;
		shared_.events.push(events::BadMessage{message});
	}
}

} // namespace ponimator
