// Arrays of float32 between `bin` fields and memory: little-endian, C order.
#pragma once

#include "Core/Wire/Bytes.h"

#include <string>
#include <vector>

namespace ponimator
{

/** The floats of a field; the caller has checked that its size is a multiple of four. */
std::vector<float> floats_from_bytes(ByteView bytes);

/** A field's bytes from floats. */
Bytes bytes_from_floats(const float* values, std::size_t count);

/** "Expected finite numbers in …, got …", without what to do; empty where all are finite. */
std::string fault_of_finite(const char* field, const float* values, std::size_t count);

/** "Expected unit quaternions in …, got …", without what to do; empty where all are. */
std::string fault_of_unit(const char* field, const float* quaternions_xyzw, std::size_t count);

} // namespace ponimator
