#include "Core/Wire/RequestChecks.h"

#include "Core/Wire/Arrays.h"
#include "Core/Wire/Utf8.h"
#include "Core/Wire/Words.h"

#include <initializer_list>

namespace ponimator
{
namespace
{

std::string fault_of_text(const char* field, const std::string& text, std::size_t least, std::size_t most)
{
	const std::optional<std::size_t> characters = utf8_characters(text);
	if (characters && *characters >= least && *characters <= most)
	{
		return {};
	}
	return std::string("Expected ") + field + " of " + std::to_string(least) + " to " + std::to_string(most) +
		" characters of UTF-8, got " + (characters ? std::to_string(*characters) : "other bytes") + ": change it.";
}

std::string fault_of_session(const std::string& session)
{
	return is_session_id(session)
		? std::string()
		: "Expected a session of 1 to 64 letters, digits, _ and -, got \"" + session + "\": take the one of session_opened.";
}

std::string fault_of_real(const char* field, double value, double least, double most)
{
	// A NaN is within no bounds.
	if (value >= least && value <= most)
	{
		return {};
	}
	return std::string("Expected ") + field + " from " + words_of_real(least) + " to " + words_of_real(most) + ", got " +
		words_of_real(value) + ": change it.";
}

std::string fault_of_integer(const char* field, std::int64_t value, std::int64_t least, std::int64_t most)
{
	if (value >= least && value <= most)
	{
		return {};
	}
	return std::string("Expected ") + field + " from " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
		std::to_string(value) + ": change it.";
}

std::string fault_of_pose(const Pose& pose)
{
	if (std::string fault = fault_of_finite("pose.rotations", pose.rotations.data(), pose.rotations.size()); !fault.empty())
	{
		return fault + ": check the pose before sending it.";
	}
	if (std::string fault = fault_of_unit("pose.rotations", pose.rotations.data(), limits::kBodyJointCount); !fault.empty())
	{
		return fault + ": normalise the rotations before sending them.";
	}
	for (const float coordinate : pose.translation)
	{
		if (std::string fault = fault_of_real(
				"pose.translation", static_cast<double>(coordinate), -limits::kMaxCoordinateM, limits::kMaxCoordinateM);
			!fault.empty())
		{
			return fault + " Send metres, or move the scene nearer to its origin.";
		}
	}
	return {};
}

std::string fault_of_root(const Root& root)
{
	for (const double coordinate : root.position)
	{
		if (std::string fault =
				fault_of_real("root.position", coordinate, -limits::kMaxCoordinateM, limits::kMaxCoordinateM);
			!fault.empty())
		{
			return fault;
		}
	}
	return fault_of_real("root.yaw_rad", root.yaw_rad, -limits::kMaxYawRad, limits::kMaxYawRad);
}

/** The first of several faults. */
std::string first_of(std::initializer_list<std::string> faults)
{
	for (const std::string& fault : faults)
	{
		if (!fault.empty())
		{
			return fault;
		}
	}
	return {};
}

bool is_blank(const std::string& text)
{
	return text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
}

} // namespace

std::string fault_of(const Hello& hello)
{
	return fault_of_text("client", hello.client, 0, limits::kMaxNameCharacters);
}

std::string fault_of(const OpenSession& open)
{
	for (const Character& character : open.characters)
	{
		std::string fault = fault_of_text("a character's name", character.name, 1, limits::kMaxNameCharacters);
		for (std::size_t index = 0; fault.empty() && character.betas && index < limits::kBetaCount; ++index)
		{
			fault = fault_of_real("betas", (*character.betas)[index], -limits::kMaxBeta, limits::kMaxBeta);
		}
		if (!fault.empty())
		{
			return fault;
		}
	}
	return first_of({
		fault_of_integer("rate_hz", open.rate_hz, limits::kMinRateHz, limits::kMaxRateHz),
		open.session ? fault_of_session(*open.session) : std::string()});
}

std::string fault_of(const Interact& interact)
{
	bool has_pose = false;
	for (const Subject& subject : interact.characters)
	{
		has_pose = has_pose || subject.pose.has_value();
		std::string fault = first_of({
			subject.pose ? fault_of_pose(*subject.pose) : std::string(),
			subject.root ? fault_of_root(*subject.root) : std::string()});
		if (!fault.empty())
		{
			return fault;
		}
	}
	if (!has_pose && (!interact.text || is_blank(*interact.text)))
	{
		return "Expected a pose of at least one character or a text, got neither: say what to animate.";
	}
	return first_of({
		fault_of_session(interact.session),
		interact.text ? fault_of_text("text", *interact.text, 0, limits::kMaxTextCharacters) : std::string(),
		interact.anchor_time ? fault_of_real("anchor_time", *interact.anchor_time, 0.0, 1.0) : std::string(),
		interact.duration_s
			? fault_of_real("duration_s", *interact.duration_s, limits::kMinDurationS, limits::kMaxDurationS)
			: std::string(),
		fault_of_real("blend_in_s", interact.blend_in_s, 0.0, limits::kMaxBlendS),
		interact.seed ? fault_of_integer("seed", *interact.seed, 0, limits::kMaxInt64) : std::string(),
		interact.steps ? fault_of_integer("steps", *interact.steps, 1, limits::kMaxSteps) : std::string(),
		fault_of_real("max_distance_m", interact.max_distance_m, 0.0, limits::kMaxDistanceM)});
}

std::string fault_of(const Cancel& cancel)
{
	return first_of({
		fault_of_session(cancel.session),
		cancel.interaction ? fault_of_integer("interaction", *cancel.interaction, 0, limits::kMaxInt64) : std::string(),
		fault_of_real("blend_out_s", cancel.blend_out_s, 0.0, limits::kMaxBlendS)});
}

std::string fault_of(const Resend& resend)
{
	const bool is_range = resend.start >= 0 && resend.stop > resend.start;
	if (is_range && resend.stop - resend.start <= limits::kMaxResendFrames)
	{
		return fault_of_session(resend.session);
	}
	return "Expected 1 to " + std::to_string(limits::kMaxResendFrames) + " frames [start, stop), got [" +
		std::to_string(resend.start) + ", " + std::to_string(resend.stop) + "): ask for what is missing in parts.";
}

std::string fault_of(const Ping&)
{
	return {};
}

std::string fault_of(const Stats&)
{
	return {};
}

std::string fault_of(const CloseSession& close)
{
	return fault_of_session(close.session);
}

} // namespace ponimator
