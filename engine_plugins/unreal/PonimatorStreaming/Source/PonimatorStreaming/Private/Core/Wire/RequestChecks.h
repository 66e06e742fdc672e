// Whether a request keeps the limits of the protocol: said here, before a way to the server and back.
#pragma once

#include "Core/Wire/Requests.h"

#include <string>

namespace ponimator
{

/** What is wrong with a request: expected, came, what to do; empty for nothing. */
std::string fault_of(const Hello& hello);
std::string fault_of(const OpenSession& open);
std::string fault_of(const Interact& interact);
std::string fault_of(const Cancel& cancel);
std::string fault_of(const Resend& resend);
std::string fault_of(const Ping& ping);
std::string fault_of(const Stats& stats);
std::string fault_of(const CloseSession& close);

} // namespace ponimator
