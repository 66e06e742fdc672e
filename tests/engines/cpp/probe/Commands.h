// What the probe is told while it runs: lines from stdin, without ever waiting for one.
#pragma once

#include <optional>
#include <string>

namespace probe
{

class Commands
{
public:
	/** The next whole line that has come; `stop` at the end of stdin. */
	std::optional<std::string> next();

private:
	std::optional<std::string> line();

	std::string text_;
	bool is_at_end_ = false;
};

} // namespace probe
