// The closed lists of words that go over the wire.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ponimator
{

/** Why a request was refused; within a protocol number the list neither grows nor shrinks. */
enum class Code
{
	bad_message,
	unsupported_protocol,
	too_large,
	unauthorised,
	bad_request,
	invalid_pose,
	too_far,
	unknown_session,
	unknown_interaction,
	not_supported,
	busy,
	late,
	internal,
};

/** Where an interaction stands. */
enum class State
{
	accepted,
	playing,
	finished,
	cancelled,
	late,
	failed,
};

/** How a session trades quality for time. */
enum class Profile
{
	low_latency,
	balanced,
	quality,
};

/** The words of the wire, each at the index of its value. */
constexpr std::string_view kCodeWords[] = {
	"bad_message", "unsupported_protocol", "too_large", "unauthorised", "bad_request", "invalid_pose", "too_far",
	"unknown_session", "unknown_interaction", "not_supported", "busy", "late", "internal",
};
constexpr std::string_view kStateWords[] = {"accepted", "playing", "finished", "cancelled", "late", "failed"};
constexpr std::string_view kProfileWords[] = {"low_latency", "balanced", "quality"};

constexpr std::string_view word_of(Code code) { return kCodeWords[static_cast<std::size_t>(code)]; }
constexpr std::string_view word_of(State state) { return kStateWords[static_cast<std::size_t>(state)]; }
constexpr std::string_view word_of(Profile profile) { return kProfileWords[static_cast<std::size_t>(profile)]; }

/** The value whose word this is. */
template <class Enum, std::size_t Count>
std::optional<Enum> value_of(std::string_view word, const std::string_view (&words)[Count])
{
	for (std::size_t index = 0; index < Count; ++index)
	{
		if (words[index] == word)
		{
			return static_cast<Enum>(index);
		}
	}
	return std::nullopt;
}

} // namespace ponimator
