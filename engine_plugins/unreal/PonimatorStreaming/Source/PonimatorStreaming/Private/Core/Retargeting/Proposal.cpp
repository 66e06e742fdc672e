#include "Core/Retargeting/Proposal.h"

#include "Core/Retargeting/BoneNames.h"
#include "Core/Retargeting/RigReading.h"

#include <algorithm>
#include <array>

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

} // namespace

Proposal propose_map(const std::vector<std::string>& names, const std::vector<int>& parents)
{
	Proposal proposal;
	for (const auto& [joint, bone] : read_rig(names, parents))
	{
		proposal.map[joint] = names[static_cast<std::size_t>(bone)];
	}
	const double needed = share_found(proposal, true);
	const double others = share_found(proposal, false);
	proposal.score = kNeededShare * needed + (1.0 - kNeededShare) * others;
	return proposal;
}

} // namespace ponimator::retarget
