#include "Core/Wire/Arrays.h"

#include "Core/Wire/Limits.h"
#include "Core/Wire/Words.h"

#include <cmath>
#include <cstring>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Expected a little-endian machine, as all of Unreal's are: the wire's floats are copied as they are."
#endif

namespace ponimator
{

std::vector<float> floats_from_bytes(ByteView bytes)
{
	std::vector<float> values(bytes.size / sizeof(float));
	if (!values.empty())
	{
		std::memcpy(values.data(), bytes.data, values.size() * sizeof(float));
	}
	return values;
}

Bytes bytes_from_floats(const float* values, std::size_t count)
{
	Bytes bytes(count * sizeof(float));
	if (count > 0)
	{
		std::memcpy(bytes.data(), values, bytes.size());
	}
	return bytes;
}

std::string fault_of_finite(const char* field, const float* values, std::size_t count)
{
	for (std::size_t index = 0; index < count; ++index)
	{
		if (!std::isfinite(values[index]))
		{
			return std::string("Expected finite numbers in ") + field + ", got " +
				words_of_real(static_cast<double>(values[index])) + " at " + std::to_string(index);
		}
	}
	return {};
}

std::string fault_of_unit(const char* field, const float* quaternions_xyzw, std::size_t count)
{
	for (std::size_t index = 0; index < count; ++index)
	{
		double square = 0.0;
		for (std::size_t axis = 0; axis < 4; ++axis)
		{
			const auto value = static_cast<double>(quaternions_xyzw[4 * index + axis]);
			square += value * value;
		}
		const double length = std::sqrt(square);
		if (std::abs(length - 1.0) > limits::kUnitNormTolerance)
		{
			return std::string("Expected unit quaternions (x, y, z, w) in ") + field + " within " +
				words_of_real(limits::kUnitNormTolerance) + ", got one of length " + words_of_real(length) + " at " +
				std::to_string(index);
		}
	}
	return {};
}

} // namespace ponimator
