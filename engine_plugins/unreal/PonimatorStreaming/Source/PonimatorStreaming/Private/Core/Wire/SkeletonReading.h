// The skeleton stands alone on the stream lane and inside a reply of the control lane.
#pragma once

#include "Core/Wire/FieldReader.h"
#include "Core/Wire/StreamMessages.h"

namespace ponimator
{

/** A skeleton's map. */
Skeleton read_skeleton(FieldReader& reader);

} // namespace ponimator
