// The golden files that all languages are held to.
#pragma once

#include "GoldenFiles.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <string>
#include <vector>

namespace golden
{

using Json = nlohmann::json;

inline Json json(const std::string& name)
{
	const ponimator::Bytes bytes = bytes_of_file(path_of(name));
	return Json::parse(bytes.begin(), bytes.end());
}

inline ponimator::Bytes bytes_from_base64(const std::string& words)
{
	const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	ponimator::Bytes bytes;
	std::uint32_t bits = 0;
	int bit_count = 0;
	for (const char letter : words)
	{
		if (letter == '=')
		{
			break;
		}
		bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(letter));
		bit_count += 6;
		if (bit_count >= 8)
		{
			bit_count -= 8;
			bytes.push_back(static_cast<std::uint8_t>(bits >> bit_count & 0xff));
		}
	}
	return bytes;
}

/** An array of expected.json as float32. */
inline std::vector<float> floats_of(const Json& array)
{
	const ponimator::Bytes bytes = bytes_from_base64(array["base64"].get<std::string>());
	std::vector<float> values(bytes.size() / sizeof(float));
	std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
	return values;
}

} // namespace golden
