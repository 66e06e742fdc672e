#include "Core/Wire/Envelope.h"

#include "Core/Wire/Limits.h"
#include "Core/Wire/MsgpackReader.h"
#include "Core/Wire/Protocol.h"
#include "Core/Wire/Utf8.h"

#include <optional>

namespace ponimator
{
namespace
{

Error undecodable(const std::string& reason)
{
	return {
		ErrorKind::malformed,
		"Expected one msgpack map with a `type`, got bytes that do not decode: " + reason +
			". Is that a ponimator server of this release?"};
}

Error other_protocol(const std::string& came)
{
	return {
		ErrorKind::unsupported_protocol,
		"Expected protocol " + std::to_string(kProtocol) + ", got " + came +
			": install the plugin and the server of the same release."};
}

} // namespace

Result<std::string> type_of_message(ByteView bytes, std::size_t max_bytes)
{
	if (bytes.size > max_bytes)
	{
		return Error{
			ErrorKind::too_large,
			"Expected at most " + std::to_string(max_bytes) + " bytes in a message, got " + std::to_string(bytes.size) +
				": is that a ponimator server of this release?"};
	}
	MsgpackReader reader(bytes);
	std::optional<std::string> type;
	std::optional<std::string> wrong_protocol;
	reader.fields(
		[&](std::string_view name)
		{
			if (name == "type")
			{
				const std::string came(reader.string());
				if (type && *type != came)
				{
					reader.fail("expected one type, got two");
				}
				type = came;
				return true;
			}
			if (name == "protocol")
			{
				wrong_protocol.reset();
				if (reader.kind() != MsgpackKind::integer)
				{
					wrong_protocol = "none";
					return false;
				}
				const std::int64_t came = reader.integer();
				if (came != kProtocol)
				{
					wrong_protocol = std::to_string(came);
				}
				return true;
			}
			return false;
		});
	if (reader.ok() && !reader.at_end())
	{
		reader.fail("expected nothing after the map, got more bytes");
	}
	if (reader.ok() && !type)
	{
		reader.fail("expected a type, it is not there");
	}
	if (!reader.ok())
	{
		return undecodable(reader.error());
	}
	if (*type == "hello_ok" && wrong_protocol)
	{
		return other_protocol(*wrong_protocol);
	}
	return *type;
}

Error unknown_type(const std::string& came, const char* expected)
{
	return {
		ErrorKind::unknown_type,
		std::string("Expected a message of type ") + expected + "; got " + std::string(utf8_beginning(came, limits::kMaxNameCharacters)) +
			": install the plugin and the server of the same release."};
}

Error unfit(const std::string& type, const std::string& reason)
{
	return {
		ErrorKind::malformed,
		"This `" + type + "` does not fit the protocol: " + reason + ". Install the plugin and the server of the same release."};
}

} // namespace ponimator
