// Which bone of an unknown rig is which joint, from their names and how they hang on each other.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ponimator::retarget
{

/** Bone by joint name, as far as it can be told; parents stand before their children. */
std::map<std::string, int> read_rig(const std::vector<std::string>& names, const std::vector<int>& parents);

} // namespace ponimator::retarget
