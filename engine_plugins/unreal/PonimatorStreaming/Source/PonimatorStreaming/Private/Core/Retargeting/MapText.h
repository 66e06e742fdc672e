// Maps as text: flat TOML, one line `joint = "bone"` for each joint, and comments.
#pragma once

#include "Core/Retargeting/Rig.h"

#include <string>
#include <string_view>

namespace ponimator::retarget
{

/** The map of a text, or which of its lines is none. */
Result<RigMap> map_from_text(std::string_view text);

/** The text of a map, its joints in the order of the wire. */
std::string text_from_map(const RigMap& map);

} // namespace ponimator::retarget
