#include "Core/Retargeting/Proposal.h"

#include "Core/Retargeting/BoneNames.h"
#include "Core/Retargeting/RigReading.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace ponimator::retarget
{
namespace
{

constexpr double kNeededShare = 0.8;
constexpr std::array<std::string_view, 3> kFace = {"jaw", "left_eye_smplhf", "right_eye_smplhf"};

std::string looked_for(std::string_view joint)
{
	const std::size_t cut = joint.rfind('_');
	const std::string_view part = cut == std::string_view::npos ? joint : joint.substr(cut + 1);
	const std::string place = cut == std::string_view::npos ? "" : " on the " + std::string(joint.substr(0, cut));
	const Words& words = words_like(part);
	if (!words.empty())
	{
		std::string message = "no bone" + place + " is called like ";
		for (std::size_t word = 0; word < words.size(); ++word)
		{
			message += (word == 0 ? "" : ", ") + std::string(words[word]);
		}
		return message;
	}
	return part.compare(0, 5, "spine") == 0 ? "there is no such bone between pelvis and shoulders"
											: "no such finger bone" + place;
}

/** Needed joints limb by limb, then the others in the order of the wire; the face does not count. */
std::vector<std::string> joints_of(bool needed)
{
	std::vector<std::string> joints;
	if (needed)
	{
		joints.emplace_back("pelvis");
		for (const Limb& limb : {kLegs[0], kLegs[1], kArms[0], kArms[1]})
		{
			for (const int index : {limb.root, limb.middle, limb.end})
			{
				joints.emplace_back(kJointNames[static_cast<std::size_t>(index)]);
			}
		}
		return joints;
	}
	for (std::size_t index = 0; index < kJointCount; ++index)
	{
		const bool of_face = std::find(kFace.begin(), kFace.end(), kJointNames[index]) != kFace.end();
		if (!is_needed(static_cast<int>(index)) && !of_face)
		{
			joints.emplace_back(kJointNames[index]);
		}
	}
	return joints;
}

/** The share of these joints that was found; the others are told. */
double share_found(Proposal& proposal, bool needed)
{
	const std::vector<std::string> joints = joints_of(needed);
	double found = 0.0;
	for (const std::string& joint : joints)
	{
		if (proposal.map.count(joint) > 0)
		{
			found += 1.0;
			continue;
		}
		proposal.missing.push_back(joint + (needed ? " (needed): " : " (optional): ") + looked_for(joint));
	}
	return found / static_cast<double>(joints.size());
}

std::string plain(const std::string& name)
{
	const std::size_t colon = name.rfind(':');
	return colon == std::string::npos ? name : name.substr(colon + 1);
}

} // namespace

Proposal rated_map(RigMap map)
{
	Proposal proposal;
	proposal.map = std::move(map);
	const double needed = share_found(proposal, true);
	const double others = share_found(proposal, false);
	proposal.score = kNeededShare * needed + (1.0 - kNeededShare) * others;
	return proposal;
}

RigMap fitted_preset(const RigMap& preset, const std::vector<std::string>& names)
{
	std::map<std::string, std::string> by_plain_name;
	for (const std::string& name : names)
	{
		by_plain_name.emplace(plain(name), name);
	}
	RigMap fitted;
	for (const auto& [joint, bone] : preset)
	{
		const auto found = by_plain_name.find(plain(bone));
		if (found != by_plain_name.end())
		{
			fitted.emplace(joint, found->second);
		}
	}
	return fitted;
}

Proposal propose_map(const std::vector<std::string>& names, const std::vector<int>& parents)
{
	RigMap map;
	for (const auto& [joint, bone] : read_rig(names, parents))
	{
		map[joint] = names[static_cast<std::size_t>(bone)];
	}
	return rated_map(std::move(map));
}

} // namespace ponimator::retarget
