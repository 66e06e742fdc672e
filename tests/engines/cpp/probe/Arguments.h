// What the probe is told when it is started.
#pragma once

#include "Core/Client/Settings.h"

#include <string>

namespace probe
{

struct Arguments
{
	ponimator::ClientSettings settings;
	double display_hz = 60.0;
	/** Where libzmq is; the one that the probe was built with if nothing is said. */
	std::string zmq_library;
};

/** The arguments; what is wrong with them goes into `fault`, which is empty where nothing is. */
Arguments arguments_from(int count, const char* const* words, std::string& fault);

} // namespace probe
