#include "Core/Wire/FieldReader.h"

#include "Core/Wire/Arrays.h"
#include "Core/Wire/Utf8.h"
#include "Core/Wire/Words.h"

namespace ponimator
{

std::int64_t FieldReader::integer_within(std::int64_t least, std::int64_t most)
{
	const std::int64_t value = integer();
	if (value < least || value > most)
	{
		fail("expected an integer from " + std::to_string(least) + " to " + std::to_string(most) + ", got " + std::to_string(value));
	}
	return value;
}

double FieldReader::real_within(double least, double most)
{
	const double value = real();
	// A NaN is within no bounds.
	if (!(value >= least && value <= most))
	{
		fail("expected a number from " + words_of_real(least) + " to " + words_of_real(most) + ", got " + words_of_real(value));
	}
	return value;
}

std::string FieldReader::text(std::size_t least_characters, std::size_t most_characters)
{
	const std::string_view utf8 = string();
	const std::size_t characters = utf8_characters(utf8).value_or(0);
	if (characters < least_characters || characters > most_characters)
	{
		fail("expected " + std::to_string(least_characters) + " to " + std::to_string(most_characters) + " characters, got " +
			std::to_string(characters));
	}
	return ok() ? std::string(utf8) : std::string();
}

std::string FieldReader::session()
{
	const std::string_view word = string();
	if (!is_session_id(word))
	{
		fail("expected a session of 1 to 64 letters, digits, _ and -, got " + std::to_string(word.size()) + " bytes");
	}
	return ok() ? std::string(word) : std::string();
}

std::vector<float> FieldReader::floats(std::size_t count)
{
	const ByteView bytes = bin();
	if (bytes.size != count * sizeof(float))
	{
		fail("expected " + std::to_string(count * sizeof(float)) + " bytes, got " + std::to_string(bytes.size));
	}
	if (!ok())
	{
		return {};
	}
	std::vector<float> values = floats_from_bytes(bytes);
	if (std::string fault = fault_of_finite("it", values.data(), values.size()); !fault.empty())
	{
		fail(std::move(fault));
	}
	return values;
}

Bytes FieldReader::octets(std::size_t count)
{
	const ByteView bytes = bin();
	if (bytes.size != count)
	{
		fail("expected " + std::to_string(count) + " bytes, got " + std::to_string(bytes.size));
	}
	return ok() && count > 0 ? Bytes(bytes.data, bytes.data + bytes.size) : Bytes();
}

void FieldReader::check_count(std::size_t count, std::size_t least, std::size_t most)
{
	if (count < least || count > most)
	{
		fail("expected " + std::to_string(least) + " to " + std::to_string(most) + " entries, got " + std::to_string(count));
	}
}

} // namespace ponimator
