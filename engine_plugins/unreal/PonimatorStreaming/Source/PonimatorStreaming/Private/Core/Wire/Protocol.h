// The protocol number, alone in its file so that no other truth about it can grow.
#pragma once

#include <cstdint>

namespace ponimator
{

// History. A new number means that old golden bytes no longer decode; adding a field keeps the number.
//   1  2026  first protocol: interact, motion blocks with revisions, contacts
constexpr std::int64_t kProtocol = 1;

} // namespace ponimator
