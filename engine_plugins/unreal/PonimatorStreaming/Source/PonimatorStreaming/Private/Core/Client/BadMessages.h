// What came and is no message: counted, told once a second at most, and dropped.
#pragma once

#include "Core/Client/SharedState.h"

#include <optional>
#include <string>

namespace ponimator
{

class BadMessages
{
public:
	explicit BadMessages(SharedState& shared) : shared_(shared) {}

	void came(const std::string& message);

private:
	SharedState& shared_;
	std::optional<std::int64_t> told_ns_;
};

} // namespace ponimator
