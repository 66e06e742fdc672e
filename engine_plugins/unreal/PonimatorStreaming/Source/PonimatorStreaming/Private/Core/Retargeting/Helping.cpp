#include "Core/Retargeting/Helping.h"

#include "Core/Retargeting/LimbReach.h"
#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <vector>

namespace ponimator::retarget
{
namespace
{

constexpr int kPasses = 6;
/** The spine bends by less than this to help a hand. */
constexpr double kLeanRad = 0.6;
/** The hips go along the ground, and down, by less than these shares of a leg to help a hand; the feet stay. */
constexpr double kShiftShare = 0.2;
constexpr double kCrouchShare = 0.35;
/** A hand keeps its direction in the world, but turns by less than this in its wrist for it. */
constexpr double kWristRad = 1.3;
/** Of what a hand lacks to a body the partner makes this share: one bends down to be reached. */
constexpr double kPartnerShare = 0.5;
constexpr double kLeastLeverM = 0.1;
constexpr Vec3 kElbowGuide{0.0, 0.0, 1.0};
constexpr std::array<int, 3> kSpine = {joint_index("spine1"), joint_index("spine2"), joint_index("spine3")};

/** A wish that a point of a posed body went some way, m. */
struct Wish
{
	double weight;
	const Posed& posed;
	Vec3 point;
	Vec3 way;
};

/** How a body helps its hands, or those that touch it. */
struct Giving
{
	/** Of the spine, a rotation vector. */
	Vec3 lean;
	/** Of the hips, m. */
	Vec3 move;

	void add(const std::vector<Wish>& wishes)
	{
		double total = 0.0;
		for (const Wish& wish : wishes)
		{
			total += wish.weight;
		}
		for (const Wish& wish : wishes)
		{
			const Vec3 base = wish.posed.place(wish.posed.fitted->has(kSpine[0]) ? kSpine[0] : joint::kPelvis);
			const Vec3 lever = wish.point - base;
			const double share = wish.weight / std::max(total, kTiny);
			lean += cross(lever, wish.way) * (share / std::max(dot(lever, lever), kLeastLeverM * kLeastLeverM));
			move += wish.way * share;
		}
	}
};

Posed standing(const Posed& body, const BySide<FootPlace>& places, const Giving& giving, double share)
{
	Posed posed = body;
	const FittedRig& fitted = *body.fitted;
	const double leg = fitted.leg_scale * fitted.source_leg_length;
	const Vec3 along{giving.move.x, 0.0, giving.move.z};
	// No body grows: hands that are asked up get no help from the hips.
	const Vec3 down{0.0, std::min(giving.move.y, 0.0), 0.0};
	posed.shift(share * (softly_limited(along, kShiftShare * leg) + softly_limited(down, kCrouchShare * leg)));
	stand(posed, places);
	const auto count = std::count_if(kSpine.begin(), kSpine.end(), [&](int index) { return fitted.has(index); });
	if (count > 0)
	{
		const Mat3 by =
			matrix_from_rotation_vector(softly_limited(giving.lean, kLeanRad) * (share / static_cast<double>(count)));
		for (const int index : kSpine)
		{
			if (fitted.has(index))
			{
				posed.turn_bone(fitted.bone(index), by);
			}
		}
	}
	return posed;
}

/** A place on the way of a hand to its goal, m; it leads around the shoulder, in front where it is a long way. */
Vec3 on_the_way(const Vec3& shoulder, const Vec3& now, const Vec3& goal, double weight, const Vec3& front)
{
	const double length = (1.0 - weight) * norm(now - shoulder) + weight * norm(goal - shoulder);
	const Vec3 start = unit(now - shoulder), stop = unit(goal - shoulder);
	const double bulge = 2.0 * weight * (1.0 - weight) * (1.0 - dot(start, stop));
	return shoulder + length * unit((1.0 - weight) * start + weight * stop + bulge * front);
}

/** Brings a wrist towards a goal as far as the weight says; returns what is lacking to that, m. */
Vec3 touch(Posed& posed, const Posed& body, std::size_t side, const Vec3& goal, double weight)
{
	const Limb& arm = kArms[side];
	const std::size_t wrist = posed.fitted->bone(arm.end);
	const Vec3 front = posed.joint_rotation(arm.root) * kElbowGuide;
	const Vec3 wanted = on_the_way(posed.place(arm.root), posed.positions[wrist], goal, weight, front);
	reach(posed, arm, wanted, kElbowGuide);
	// The hand keeps its direction in the world as far as the wrist turns.
	const Vec3 back = rotation_vector_from_matrix(body.rotations[wrist] * posed.rotations[wrist].transposed());
	posed.turn_bone(wrist, matrix_from_rotation_vector(softly_limited(back, kWristRad)));
	return wanted - posed.positions[wrist];
}

} // namespace

Helped help(
	const ByPerson<Posed>& bodies, const ByPerson<BySide<FootPlace>>& places, const ByPerson<SourceBody>& sources,
	const PairWeights& weights)
{
	ByPerson<Giving> giving{};
	ByPerson<double> shares{};
	const auto both_standing = [&](double first, double second) {
		return ByPerson<Posed>{
			standing(bodies[0], places[0], giving[0], first), standing(bodies[1], places[1], giving[1], second)};
	};
	if (weights.empty())
	{
		return {both_standing(0.0, 0.0), {}};
	}
	// First as if all hands touched by now: how much help that needs, and where everything is then.
	ByPerson<Posed> touched;
	for (int pass = 0; pass < kPasses; ++pass)
	{
		const ByPerson<Posed> waiting = both_standing(1.0, 1.0);
		const HandGoals goals = hand_goals(waiting, pass == 0 ? waiting : touched, sources, weights);
		touched = waiting;
		ByPerson<std::vector<Wish>> wishes;
		for (const auto& [hand, goal] : goals)
		{
			const auto [person, side] = hand;
			const std::size_t partner = 1 - person;
			const Vec3 lacking = touch(touched[person], bodies[person], side, goal.place, 1.0);
			const double to_partner = kPartnerShare * goal.on_body;
			wishes[person].push_back(
				{goal.weight, waiting[person], waiting[person].place(kArms[side].root), (1.0 - to_partner) * lacking});
			wishes[partner].push_back(
				{goal.weight * goal.on_body, waiting[partner], goal.place, -(to_partner * lacking)});
		}
		for (std::size_t person = 0; person < 2; ++person)
		{
			shares[person] = 0.0;
			for (const Wish& wish : wishes[person])
			{
				shares[person] = std::max(shares[person], wish.weight);
			}
			giving[person].add(wishes[person]);
		}
	}
	// Then as much of it as the contacts count by now.
	const ByPerson<Posed> waiting = both_standing(shares[0], shares[1]);
	Helped helped{waiting, hand_goals(waiting, touched, sources, weights)};
	for (const auto& [hand, goal] : helped.goals)
	{
		touch(helped.bodies[hand.first], bodies[hand.first], hand.second, goal.place, goal.weight);
	}
	return helped;
}

} // namespace ponimator::retarget
