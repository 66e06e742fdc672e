// Hands that still meet: where each touching hand has to be, from the source's contacts.
//
// A hand that touches a hand keeps the source's way between the two wrists, in the size of both hands; a hand that
// touches another part keeps its place in the frame of that part, in the size of that body.
#pragma once

#include "Core/Retargeting/Posing.h"

#include <map>
#include <utility>
#include <vector>

namespace ponimator::retarget
{

/** A contact as one frame sees it: joint `a` of the first person, joint `b` of the second. */
struct TouchNow
{
	int a = 0;
	int b = 0;
	/** Until it begins; 0 where it has begun. */
	double begins_in_s = 0.0;
	/** Since it ended; 0 while it lasts. */
	double ended_since_s = 0.0;
};

/** Weight of each pair (joint of the first, joint of the second), fingers as their wrist. */
using PairWeights = std::map<std::pair<int, int>, double>;

/** How much each pair of joints counts now: what was told, but never changing at once. */
class TouchWeights
{
public:
	const PairWeights& step(const std::vector<TouchNow>& touches, double dt_s);

private:
	PairWeights weights_;
	bool begun_ = false;
};

/** Where a wrist has to be. */
struct HandGoal
{
	/** m. */
	Vec3 place;
	/** 0 to 1. */
	double weight = 0.0;
	/** 1 where it touches other parts than hands, 0 where hands, between for both. */
	double on_body = 0.0;
};

/** By person 0 or 1 and side 0 (left) or 1 (right). */
using HandGoals = std::map<std::pair<std::size_t, std::size_t>, HandGoal>;

/** A value for each person. */
template <class T>
using ByPerson = std::array<T, 2>;

/**
 * The goal of every hand that touches.
 *
 * @param waiting Both bodies as they are before their arms reach: from there two hands meet.
 * @param posed Both bodies as they are known best: there hands touch other parts.
 */
HandGoals hand_goals(
	const ByPerson<Posed>& waiting, const ByPerson<Posed>& posed, const ByPerson<SourceBody>& sources,
	const PairWeights& weights);

} // namespace ponimator::retarget
