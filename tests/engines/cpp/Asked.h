// A client's request, read as far as a test looks at it.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/MsgpackReader.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fake
{

using namespace ponimator;

/** What a client asked, as far as a test looks at it. */
struct Asked
{
	std::string type;
	std::int64_t request_id = 0;
	std::string session;
	std::int64_t start = 0;
	std::int64_t stop = 0;
};

inline Asked asked_from(const Bytes& bytes)
{
	Asked asked;
	MsgpackReader reader(bytes);
	reader.fields(
		[&](std::string_view name)
		{
			if (name == "type")
			{
				asked.type = reader.string();
			}
			else if (name == "request_id")
			{
				asked.request_id = reader.integer();
			}
			else if (name == "session" && reader.kind() == MsgpackKind::string)
			{
				asked.session = reader.string();
			}
			else if (name == "start")
			{
				asked.start = reader.integer();
			}
			else if (name == "stop")
			{
				asked.stop = reader.integer();
			}
			else
			{
				return false;
			}
			return true;
		});
	return asked;
}

} // namespace fake
