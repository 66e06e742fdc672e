// The pose that a display shows, without a jump wherever the stream breaks off. It reads no clock.
#pragma once

#include "Core/Playout/PlayHead.h"
#include "Core/Playout/Rotations.h"

#include <array>
#include <optional>

namespace ponimator
{

/** A value for each joint of both persons. */
template <class T>
using PerJoint = std::array<std::array<T, limits::kJointCount>, limits::kPersonCount>;

/** A value for each person. */
template <class T>
using PerPerson = std::array<T, limits::kPersonCount>;

/** Both bodies: rotations root to world, others to their parent; translations in metres, SMPL-X's meaning. */
struct PairPose
{
	PerJoint<Quaterniond> rotations{};
	PerPerson<Vector3d> translations{};
};

/** By how much both bodies turn and move: rotation vectors in the joints' own frames, and metres. */
struct PairStep
{
	PerJoint<Vector3d> turns{};
	PerPerson<Vector3d> shifts{};
};

/** One pose for each selection, in their order. */
class Display
{
public:
	/** The pose; none while waiting. */
	std::optional<PairPose> pose(const Selection& selection, std::int64_t at_ns);

private:
	/** A frame of the stream and the velocity (per second) with which the motion goes on from it. */
	struct Course
	{
		PlayState state = PlayState::waiting;
		std::int64_t number = 0;
		double rate_hz = 1.0;
		PairPose start;
		PairStep velocity;

		PairPose carried_on(double place) const;
		PairPose pose(double place) const;
	};

	/** By how much what is shown differs from the stream, whole at a time. */
	struct Difference
	{
		std::int64_t whole_ns = 0;
		PairStep step;
	};

	Course course_of(const Selection& selection) const;
	PairPose with_difference(const PairPose& pose, std::int64_t at_ns) const;

	std::optional<Course> course_;
	std::optional<Difference> difference_;
};

} // namespace ponimator
