// What a client sends on the control lane: one struct per message, its fields by their names on the wire.
#pragma once

#include "Core/Wire/Codes.h"
#include "Core/Wire/Limits.h"
#include "Core/Wire/Protocol.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace ponimator
{

/** The first message. */
struct Hello
{
	std::int64_t request_id = 0;
	std::int64_t protocol = kProtocol;
	/** Name and version, for the server's log. */
	std::string client;
};

/** One of a session's two characters. */
struct Character
{
	std::string name;
	/** Shape numbers of SMPL-X; none: the mean body. */
	std::optional<std::array<double, limits::kBetaCount>> betas;
};

/** Opens a session for two characters, or resumes the one named. */
struct OpenSession
{
	std::int64_t request_id = 0;
	std::array<Character, limits::kPersonCount> characters;
	std::int64_t rate_hz = 30;
	Profile profile = Profile::balanced;
	std::optional<std::string> session;
};

/** A body now, in the wire's frame. */
struct Pose
{
	/** (22, 4) xyzw: root to world, the others to their parent. */
	std::array<float, limits::kBodyJointCount * 4> rotations{};
	/** Metres, world, SMPL-X's meaning: pelvis = rest pelvis + translation. */
	std::array<float, 3> translation{};
};

/** Where a character without a pose stands. */
struct Root
{
	/** Metres, world. */
	std::array<double, 3> position{};
	/** About +Y from +Z. */
	double yaw_rad = 0.0;
};

/** What an `interact` says about one character; a pose outweighs a root. */
struct Subject
{
	std::optional<Pose> pose;
	std::optional<Root> root;
};

/** Two poses: animate them; one: make the partner, then animate; text alone: make both, then animate. */
struct Interact
{
	std::int64_t request_id = 0;
	std::string session;
	std::array<Subject, limits::kPersonCount> characters;
	std::optional<std::string> text;
	/** Where in its first window the interactive pose stands; none: what the server takes. */
	std::optional<double> anchor_time;
	/** None: until cancelled. */
	std::optional<double> duration_s = 6.0;
	double blend_in_s = 0.3;
	std::optional<std::int64_t> seed;
	std::optional<std::int64_t> steps;
	double max_distance_m = 3.0;
};

/** Ends an interaction; none: the one that plays or is planned. */
struct Cancel
{
	std::int64_t request_id = 0;
	std::string session;
	std::optional<std::int64_t> interaction;
	double blend_out_s = 0.3;
};

/** Asks for the blocks that hold the frames [start, stop) again. */
struct Resend
{
	std::int64_t request_id = 0;
	std::string session;
	std::int64_t start = 0;
	std::int64_t stop = 0;
};

/** Asks for the server's clock. */
struct Ping
{
	std::int64_t request_id = 0;
	std::int64_t client_time_ns = 0;
};

/** Asks for counters and latencies. */
struct Stats
{
	std::int64_t request_id = 0;
};

/** Ends a session and its stream. */
struct CloseSession
{
	std::int64_t request_id = 0;
	std::string session;
};

using Request = std::variant<Hello, OpenSession, Interact, Cancel, Resend, Ping, Stats, CloseSession>;

} // namespace ponimator
