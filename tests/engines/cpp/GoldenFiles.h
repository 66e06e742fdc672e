// The files among the golden ones that are bytes; `Golden.h` reads those that are JSON, which takes longer to compile.
#pragma once

#include "Core/Wire/Bytes.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace golden
{

inline ponimator::Bytes bytes_of_file(const std::string& path)
{
	std::ifstream file(path, std::ios::binary);
	return ponimator::Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

inline std::string path_of(const std::string& name)
{
	return std::string(PONIMATOR_REPOSITORY) + "/tests/contract/golden/" + name;
}

/** A message's bytes. */
inline ponimator::Bytes message(const std::string& type)
{
	return bytes_of_file(path_of(type + ".msgpack"));
}

} // namespace golden
