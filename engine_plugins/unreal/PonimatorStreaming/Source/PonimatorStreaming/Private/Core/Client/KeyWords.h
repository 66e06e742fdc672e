// Why keys may be wrong, and what to do; the Python client says the same.
#pragma once

#include "Core/Client/Settings.h"

#include <string>

namespace ponimator
{

/** The server refused the keys shown. */
std::string refused_keys(const ClientSettings& settings);

/** The server closes every connection before it is made. */
std::string cut_off(const ClientSettings& settings);

} // namespace ponimator
