// What a server sends to all subscribers of a session. Shapes: 2 persons, N = count frames, 55 joints; C order.
#pragma once

#include "Core/Wire/Bytes.h"
#include "Core/Wire/Codes.h"
#include "Core/Wire/Limits.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ponimator
{

/** The two bodies at rest; sent on open and to every late joiner. */
struct Skeleton
{
	std::string session;
	std::array<std::string, limits::kJointCount> joints;
	std::array<std::int32_t, limits::kJointCount> parents{};
	/** (2, 55, 3) metres. */
	std::vector<float> rest_joints;
	std::array<std::string, limits::kPersonCount> names;
	std::string frame;
};

/** Joint `a` of the first person touches joint `b` of the second during the absolute frames [start, stop). */
struct Contact
{
	std::int64_t start = 0;
	std::int64_t stop = 0;
	std::int64_t a = 0;
	std::int64_t b = 0;
};

/** A block of absolute frames [start, start + count); a higher revision replaces everything from `start` on. */
struct Motion
{
	std::string session;
	std::int64_t interaction = 0;
	std::int64_t revision = 0;
	std::int64_t start = 0;
	std::int64_t count = 0;
	std::int64_t rate_hz = 0;
	/** When `start` plays, on the server's clock. */
	std::int64_t time_ns = 0;
	/** (2, N, 55, 4) xyzw: root to world, the others to their parent. */
	std::vector<float> rotations;
	/** (2, N, 3) metres. */
	std::vector<float> translations;
	/** (2, N, 4): left heel, left toe, right heel, right toe; 0 or 1. */
	Bytes foot_contacts;
	std::vector<Contact> contacts;
	/** The absolute frame of the interactive pose. */
	std::optional<std::int64_t> anchor;
	/** No frame follows in this interaction. */
	bool final = false;

	/** The absolute frame after the last one. */
	std::int64_t stop() const { return start + count; }
};

/** A change of an interaction's state; `code` and `message` say why it is late or failed. */
struct Status
{
	std::string session;
	State state = State::accepted;
	std::int64_t time_ns = 0;
	std::optional<std::int64_t> interaction;
	std::optional<std::int64_t> frame;
	std::optional<Code> code;
	std::string message;
	/** Where it is there, nothing has changed but the diffusion steps of the windows from now on. */
	std::optional<std::int64_t> steps;
};

/** Once a second: the server's clock, the frame that plays now, the seconds that stand ready after it. */
struct Heartbeat
{
	std::string session;
	std::int64_t time_ns = 0;
	std::int64_t play_frame = 0;
	double buffered_s = 0.0;
};

using StreamMessage = std::variant<Skeleton, Motion, Status, Heartbeat>;

} // namespace ponimator
