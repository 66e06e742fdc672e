// Bytes owned and bytes looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ponimator
{

using Bytes = std::vector<std::uint8_t>;

/** Bytes that somebody else owns and that outlive the view. */
struct ByteView
{
	const std::uint8_t* data = nullptr;
	std::size_t size = 0;

	ByteView() = default;
	ByteView(const std::uint8_t* first, std::size_t count) : data(first), size(count) {}
	ByteView(const Bytes& bytes) : data(bytes.data()), size(bytes.size()) {}
};

} // namespace ponimator
