#include "Commands.h"

#include <poll.h>
#include <unistd.h>

namespace probe
{

std::optional<std::string> Commands::next()
{
	pollfd input{STDIN_FILENO, POLLIN, 0};
	while (!is_at_end_ && poll(&input, 1, 0) > 0)
	{
		char bytes[4096];
		const ssize_t size = read(STDIN_FILENO, bytes, sizeof(bytes));
		if (size <= 0)
		{
			is_at_end_ = true;
			break;
		}
		text_.append(bytes, static_cast<std::size_t>(size));
	}
	if (std::optional<std::string> whole = line())
	{
		return whole;
	}
	return is_at_end_ ? std::optional<std::string>("stop") : std::nullopt;
}

std::optional<std::string> Commands::line()
{
	const std::size_t end = text_.find('\n');
	if (end == std::string::npos)
	{
		return std::nullopt;
	}
	std::string whole = text_.substr(0, end);
	text_.erase(0, end + 1);
	return whole;
}

} // namespace probe
