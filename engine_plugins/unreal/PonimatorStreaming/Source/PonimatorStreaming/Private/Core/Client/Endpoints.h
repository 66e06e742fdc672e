// Where the lanes are.
#pragma once

#include <string>

namespace ponimator
{

/** The stream endpoint that a server named, on the host where its control lane answered if it named any or its own. */
std::string reachable(const std::string& stream, const std::string& control);

} // namespace ponimator
