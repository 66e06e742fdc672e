// A map for an unknown rig, from the names of its bones and how they hang on each other.
#pragma once

#include "Core/Retargeting/Rig.h"

#include <string>
#include <vector>

namespace ponimator::retarget
{

/** A map for a rig. */
struct Proposal
{
	RigMap map;
	/** 1 where every joint was found, 0.8 where all needed ones were and nothing else; the face does not count. */
	double score = 0.0;
	/** For each joint without a bone one line that says so, needed ones first. */
	std::vector<std::string> missing;
};

/** A map with its score and what it lacks. */
Proposal rated_map(RigMap map);

/** A preset in the rig's own names: what stands before a colon is ignored, joints whose bone is absent left out. */
RigMap fitted_preset(const RigMap& preset, const std::vector<std::string>& names);

/** The most likely map of a humanoid rig whose parents stand before their children. */
Proposal propose_map(const std::vector<std::string>& names, const std::vector<int>& parents);

} // namespace ponimator::retarget
