// What the probe tells: one JSON object a line.
#pragma once

#include "Core/Client/Events.h"

#include <cstdint>
#include <optional>
#include <string>

namespace probe
{

/** A JSON object that is written field by field. */
class Line
{
public:
	explicit Line(const std::string& event) { with("event", event); }

	Line& with(const char* name, const std::string& text);
	Line& with(const char* name, const char* text) { return with(name, std::string(text)); }
	Line& with(const char* name, std::int64_t number) { return raw(name, std::to_string(number)); }
	Line& with(const char* name, double number);
	Line& with(const char* name, bool truth) { return raw(name, truth ? "true" : "false"); }
	Line& with(const char* name, const std::optional<ponimator::Code>& code);
	Line& with(const char* name, const Line& object) { return raw(name, object.words()); }

	std::string words() const { return "{" + fields_ + "}"; }
	/** Writes it to stdout, at once. */
	void tell() const;

	/** An object that is no event. */
	static Line object() { return Line(); }

private:
	Line() = default;
	Line& raw(const char* name, const std::string& value);

	std::string fields_;
};

/** Tells an event of the client. */
void tell(const ponimator::Event& event);

} // namespace probe
