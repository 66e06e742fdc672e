#include "Core/Retargeting/Touching.h"

#include "Core/Retargeting/LimbReach.h"
#include "Core/Retargeting/Turning.h"

#include <algorithm>
#include <optional>
#include <set>

namespace ponimator::retarget
{
namespace
{

/** A hand begins to come so long before its contact, and lets go in that time behind it. */
constexpr double kAheadS = 0.25;
/** The weight of a contact that comes or goes unannounced changes by at most this much per second. */
constexpr double kSlewHz = 10.0;
constexpr double kNoWeight = 1e-6;
constexpr double kNoWay = 1e-9;
constexpr int kRounds = 12;

/** Each joint itself, a finger's the wrist of its hand, jaw and eyes the head. */
int owner_of(int index)
{
	if (index >= joint::kIndex1[1])
	{
		return joint::kWrist[1];
	}
	if (index >= joint::kIndex1[0])
	{
		return joint::kWrist[0];
	}
	return index > joint::kWrist[1] ? joint_index("head") : index;
}

/** Whose wrist a joint is. */
std::optional<std::size_t> side_of_wrist(int index)
{
	if (index == joint::kWrist[0])
	{
		return 0;
	}
	return index == joint::kWrist[1] ? std::optional<std::size_t>(1) : std::nullopt;
}

double weight_of(const TouchNow& touch)
{
	return 1.0 - eased(std::max(touch.begins_in_s, touch.ended_since_s) / kAheadS);
}

double weight_in(const PairWeights& weights, const std::pair<int, int>& pair)
{
	const auto found = weights.find(pair);
	return found == weights.end() ? 0.0 : found->second;
}

/** A place that a contact asks a hand for. */
struct Wanted
{
	double weight;
	bool of_hand;
	Vec3 place;
};

Vec3 within(const Vec3& place, const Vec3& centre, double radius)
{
	const Vec3 away = place - centre;
	return centre + away * std::min(1.0, radius / std::max(norm(away), kNoWay));
}

/** How far an arm reaches exactly, m. */
double arm_reach(const Posed& posed, const Limb& arm)
{
	const Vec3 shoulder = posed.place(arm.root), elbow = posed.place(arm.middle), wrist = posed.place(arm.end);
	const double whole = norm(elbow - shoulder) + norm(wrist - elbow);
	return whole * stretch_allowed(norm(wrist - shoulder) / whole);
}

/** Places of both wrists: what is between them shared by the arms' lengths, then drawn into both arms' reach. */
ByPerson<Vec3> meeting(
	const ByPerson<Posed>& waiting, const ByPerson<SourceBody>& sources, const ByPerson<std::size_t>& sides)
{
	const Limb& first_arm = kArms[sides[0]];
	const Limb& second_arm = kArms[sides[1]];
	const FittedRig& first = *waiting[0].fitted;
	const FittedRig& second = *waiting[1].fitted;
	const double scale = 0.5 * (first.hand_scales[sides[0]] + second.hand_scales[sides[1]]);
	const Vec3 between = scale * (sources[0].position(first_arm.end) - sources[1].position(second_arm.end));
	const Vec3 shoulder = waiting[0].place(first_arm.root);
	const Vec3 other_shoulder = waiting[1].place(second_arm.root) + between;
	const double length = first.arm_lengths[0], other_length = second.arm_lengths[0];
	const double share = length / (length + other_length);
	const Vec3 wrist = waiting[0].place(first_arm.end), other_wrist = waiting[1].place(second_arm.end);
	Vec3 place = wrist - share * (wrist - other_wrist - between);
	const double first_reach = arm_reach(waiting[0], first_arm), second_reach = arm_reach(waiting[1], second_arm);
	for (int round = 0; round < kRounds; ++round)
	{
		place = within(place, shoulder, first_reach);
		place = within(place, other_shoulder, second_reach);
	}
	// Where the arms do not meet the last word is shared too.
	place = place + share * (within(place, shoulder, first_reach) - place);
	return {place, place - between};
}

/** Where a hand touches another part than a hand. */
Vec3 place_on_body(const Posed& partner, const SourceBody& partner_source, const SourceBody& source, int hand, int part)
{
	while (!partner.fitted->has(part))
	{
		part = kJointParents[static_cast<std::size_t>(part)];
	}
	const Vec3 offset =
		partner_source.rotation(part).transposed() * (source.position(hand) - partner_source.position(part));
	return partner.place(part) + partner.fitted->body_scale * (partner.joint_rotation(part) * offset);
}

/** The mean by weight; what a hand wants of another hand goes before what it wants of other parts. */
HandGoal mean_goal(const std::vector<Wanted>& wanted)
{
	double of_hands = 0.0, total = 0.0, on_body = 0.0, most = 0.0;
	for (const Wanted& one : wanted)
	{
		of_hands = one.of_hand ? std::max(of_hands, one.weight) : of_hands;
	}
	Vec3 place;
	for (const Wanted& one : wanted)
	{
		const double share = one.of_hand ? one.weight : one.weight * (1.0 - of_hands);
		total += share;
		on_body += one.of_hand ? 0.0 : share;
		place += share * one.place;
		most = std::max(most, one.weight);
	}
	return {place * (1.0 / total), most, on_body / total};
}

} // namespace

const PairWeights& TouchWeights::step(const std::vector<TouchNow>& touches, double dt_s)
{
	PairWeights wanted;
	std::set<std::pair<int, int>> pairs;
	for (const TouchNow& touch : touches)
	{
		const std::pair pair{owner_of(touch.a), owner_of(touch.b)};
		wanted[pair] = std::max(weight_in(wanted, pair), weight_of(touch));
		pairs.insert(pair);
	}
	for (const auto& [pair, weight] : weights_)
	{
		pairs.insert(pair);
	}
	const double step = begun_ ? kSlewHz * dt_s : 1.0;
	begun_ = true;
	PairWeights weights;
	for (const std::pair<int, int>& pair : pairs)
	{
		const double before = weight_in(weights_, pair);
		const double weight = std::min(std::max(weight_in(wanted, pair), before - step), before + step);
		if (weight > kNoWeight)
		{
			weights[pair] = weight;
		}
	}
	weights_ = std::move(weights);
	return weights_;
}

HandGoals hand_goals(
	const ByPerson<Posed>& waiting, const ByPerson<Posed>& posed, const ByPerson<SourceBody>& sources,
	const PairWeights& weights)
{
	std::map<std::pair<std::size_t, std::size_t>, std::vector<Wanted>> wanted;
	for (const auto& [pair, weight] : weights)
	{
		const ByPerson<int> joints = {pair.first, pair.second};
		const ByPerson<std::optional<std::size_t>> sides = {side_of_wrist(joints[0]), side_of_wrist(joints[1])};
		if (sides[0] && sides[1])
		{
			const ByPerson<Vec3> places = meeting(waiting, sources, {*sides[0], *sides[1]});
			for (std::size_t person = 0; person < 2; ++person)
			{
				wanted[{person, *sides[person]}].push_back({weight, true, places[person]});
			}
			continue;
		}
		for (std::size_t person = 0; person < 2; ++person)
		{
			if (sides[person])
			{
				const std::size_t partner = 1 - person;
				wanted[{person, *sides[person]}].push_back(
					{weight, false,
					 place_on_body(posed[partner], sources[partner], sources[person], joints[person], joints[partner])});
			}
		}
	}
	HandGoals goals;
	for (const auto& [hand, places] : wanted)
	{
		goals[hand] = mean_goal(places);
	}
	return goals;
}

} // namespace ponimator::retarget
