// No bytes whatever lead the reader astray; the sanitizers watch.
#include "Check.h"
#include "GoldenFiles.h"

#include "Core/Wire/Decoding.h"

#include <random>

using namespace ponimator;

namespace
{

const char* const kStreamTypes[] = {"skeleton", "motion", "status", "heartbeat"};
const char* const kReplyTypes[] = {"hello_ok", "session_opened", "interaction_accepted", "cancelled", "resent", "pong",
	"stats_reply", "session_closed", "error"};

/** Decodes as both lanes do; whether either took it. */
bool is_taken(const Bytes& bytes)
{
	const Result<ServerReply> reply = decode_reply(bytes);
	const Result<StreamMessage> message = decode_stream(bytes);
	CHECK(reply || !reply.error().message.empty());
	CHECK(message || !message.error().message.empty());
	return reply || message;
}

} // namespace

TEST(every_truncation_is_refused)
{
	for (const auto* types : {kReplyTypes, kStreamTypes})
	{
		for (std::size_t index = 0; index < (types == kReplyTypes ? 9u : 4u); ++index)
		{
			const Bytes whole = golden::message(types[index]);
			CHECK(is_taken(whole));
			for (std::size_t size = 0; size < whole.size(); ++size)
			{
				// A copy of its own: a byte read behind it is seen by the sanitizer.
				if (is_taken(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
				{
					check::fail(__FILE__, __LINE__, std::string("took a part of ") + types[index]);
				}
			}
		}
	}
}

TEST(changed_bytes_never_lead_astray)
{
	std::minstd_rand random(1);
	int taken = 0;
	for (const auto* types : {kReplyTypes, kStreamTypes})
	{
		for (std::size_t index = 0; index < (types == kReplyTypes ? 9u : 4u); ++index)
		{
			const Bytes whole = golden::message(types[index]);
			for (int round = 0; round < 3000; ++round)
			{
				Bytes changed = whole;
				for (std::uint32_t change = 0; change < 1 + random() % 4; ++change)
				{
					changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
				}
				taken += is_taken(changed) ? 1 : 0;
			}
		}
	}
	// Many changes hit a name or a float: both a refusal and a message must have come of it.
	CHECK(taken > 0);
	CHECK(taken < 13 * 3000);
}

TEST(noise_is_refused)
{
	std::minstd_rand random(2);
	for (int round = 0; round < 20000; ++round)
	{
		Bytes noise(random() % 40);
		for (std::uint8_t& byte : noise)
		{
			byte = static_cast<std::uint8_t>(random());
		}
		CHECK(!is_taken(noise));
	}
}

int main()
{
	return check::run_all();
}
