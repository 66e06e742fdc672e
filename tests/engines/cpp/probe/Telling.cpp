#include "Telling.h"

#include <cstdio>

namespace probe
{
namespace
{

using namespace ponimator;

std::string quoted(const std::string& text)
{
	std::string words = "\"";
	for (const char letter : text)
	{
		const auto byte = static_cast<unsigned char>(letter);
		if (letter == '"' || letter == '\\')
		{
			words += '\\';
			words += letter;
		}
		else if (byte < 0x20)
		{
			char escaped[8];
			std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(byte));
			words += escaped;
		}
		else
		{
			words += letter;
		}
	}
	return words + "\"";
}

/** One function an event. */
struct Teller
{
	void operator()(const events::Connected& event) const
	{
		Line("connected").with("server", event.server).with("protocol", event.protocol).tell();
	}
	void operator()(const events::Opened& event) const
	{
		Line("opened").with("session", event.session).with("resumed", event.resumed).tell();
	}
	void operator()(const events::Accepted& event) const
	{
		Line("accepted").with("interaction", event.interaction).with("apply_frame", event.apply_frame).tell();
	}
	void operator()(const events::CancelAccepted& event) const
	{
		Line("cancelled").with("apply_frame", event.apply_frame).tell();
	}
	void operator()(const events::StateChanged& event) const
	{
		const Status& status = event.status;
		// `accepted` is the answer's; of a change of steps the state is what it was.
		if (status.state != State::accepted && !status.steps)
		{
			Line("state").with("state", std::string(word_of(status.state))).with("code", status.code)
				.with("message", status.message).tell();
		}
	}
	void operator()(const events::Refused& event) const
	{
		Line("refused").with("code", event.code).with("message", event.message).tell();
	}
	void operator()(const events::Lost& event) const { Line("lost").with("message", event.message).tell(); }
	void operator()(const events::Recovered& event) const { Line("recovered").with("seconds", event.seconds).tell(); }
	void operator()(const events::InteractionLost& event) const
	{
		Line("interaction_lost").with("message", event.message).tell();
	}
	void operator()(const events::BadMessage& event) const
	{
		Line("bad_message").with("message", event.message).tell();
	}
	void operator()(const events::Ended& event) const { Line("ended").with("message", event.message).tell(); }
};

} // namespace

Line& Line::with(const char* name, const std::string& text)
{
	return raw(name, quoted(text));
}

Line& Line::with(const char* name, double number)
{
	char words[40];
	std::snprintf(words, sizeof(words), "%.9g", number);
	return raw(name, words);
}

Line& Line::with(const char* name, const std::optional<ponimator::Code>& code)
{
	return raw(name, code ? quoted(std::string(word_of(*code))) : "null");
}

Line& Line::raw(const char* name, const std::string& value)
{
	fields_ += (fields_.empty() ? "" : ", ") + quoted(name) + ": " + value;
	return *this;
}

void Line::tell() const
{
	std::puts(words().c_str());
	std::fflush(stdout);
}

void tell(const ponimator::Event& event)
{
	std::visit(Teller(), event);
}

} // namespace probe
