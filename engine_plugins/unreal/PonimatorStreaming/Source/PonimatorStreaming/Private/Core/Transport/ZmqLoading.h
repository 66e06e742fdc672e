// Finds libzmq when the game runs.
#pragma once

#include "Core/Transport/ZmqApi.h"
#include "Core/Wire/Result.h"

#include <functional>
#include <string>

namespace ponimator
{

/** Finds an exported function by its name; null where there is none. */
using SymbolLookup = std::function<void*(const char* name)>;

/**
 * Fills the table from a library that is loaded already; it must stay so for as long as the table is used.
 *
 * @param path Where it came from, for the message of an error.
 */
Result<ZmqApi> zmq_from_symbols(const SymbolLookup& lookup, const std::string& path);

/** Loads the library with the system's own loader, for good. */
Result<ZmqApi> load_zmq(const std::string& path);

/** Why there is no libzmq, and what to do. */
Error zmq_missing(const std::string& path, const std::string& reason);

} // namespace ponimator
