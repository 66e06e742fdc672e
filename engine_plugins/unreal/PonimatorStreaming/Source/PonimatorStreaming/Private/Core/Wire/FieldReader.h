// The fields of a message, each read with its bounds.
#pragma once

#include "Core/Wire/Codes.h"
#include "Core/Wire/Limits.h"
#include "Core/Wire/MsgpackReader.h"
#include "Core/Wire/Utf8.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ponimator
{

/** A field and what to do with its value. */
template <class Read>
struct Field
{
	std::string_view name;
	bool is_required;
	Read read;
	bool came = false;
};

/** A field without which a message is none. */
template <class Read>
Field<Read> required(std::string_view name, Read read)
{
	return {name, true, std::move(read)};
}

/** A field that may be left out or nil: the value stays as it was. */
template <class Read>
Field<Read> optional(std::string_view name, Read read)
{
	return {name, false, std::move(read)};
}

/** A cursor that reads values within their bounds. */
class FieldReader : public MsgpackReader
{
public:
	explicit FieldReader(ByteView bytes) : MsgpackReader(bytes) {}

	std::int64_t integer_within(std::int64_t least, std::int64_t most);
	/** An id, a frame or a counter. */
	std::int64_t counter() { return integer_within(0, limits::kMaxInt64); }
	double real_within(double least, double most);
	/** A duration or another number that is not below zero. */
	double positive_real() { return real_within(0.0, limits::kMaxReal); }
	std::string text(std::size_t least_characters, std::size_t most_characters);
	std::string name() { return text(1, limits::kMaxNameCharacters); }
	std::string label() { return text(0, limits::kMaxNameCharacters); }
	std::string session();
	/** An array of so many float32, all finite. */
	std::vector<float> floats(std::size_t count);
	/** An array of so many bytes. */
	Bytes octets(std::size_t count);

	template <class Enum, std::size_t Count>
	Enum word(const std::string_view (&words)[Count])
	{
		const std::string_view came = string();
		const std::optional<Enum> value = value_of<Enum>(came, words);
		if (!value)
		{
			fail("expected a word of the protocol, got \"" + std::string(utf8_beginning(came, limits::kMaxNameCharacters)) + "\"");
		}
		return value.value_or(Enum{});
	}

	/** A list: calls `on_entry(index)` for each of its entries, of which there may be so many. */
	template <class OnEntry>
	void list(std::size_t least, std::size_t most, OnEntry on_entry)
	{
		const std::uint32_t count = enter_array();
		check_count(count, least, most);
		for (std::uint32_t index = 0; index < count && ok(); ++index)
		{
			on_entry(index);
		}
		leave();
	}

	/** A map from names to values of one kind: calls `on_entry(name)` for each. */
	template <class OnEntry>
	void entries(OnEntry on_entry)
	{
		std::size_t count = 0;
		fields(
			[&](std::string_view entry)
			{
				check_count(++count, 0, limits::kMaxEntries);
				if (ok())
				{
					on_entry(entry);
				}
				return true;
			});
	}

	/** A map with the fields given; others are passed over. */
	template <class... Reads>
	void map_of(Field<Reads>... known)
	{
		fields([&](std::string_view name) { return (take_field(known, name) || ...); });
		(check_came(known), ...);
	}

private:
	template <class Read>
	bool take_field(Field<Read>& field, std::string_view name)
	{
		if (field.name != name)
		{
			return false;
		}
		field.came = true;
		if (field.is_required || !skip_nil())
		{
			field.read();
		}
		if (!ok())
		{
			fail_within(name);
		}
		return true;
	}

	template <class Read>
	void check_came(const Field<Read>& field)
	{
		if (field.is_required && !field.came)
		{
			fail("expected the field " + std::string(field.name) + ", it is not there");
		}
	}

	void check_count(std::size_t count, std::size_t least, std::size_t most);
};

} // namespace ponimator
