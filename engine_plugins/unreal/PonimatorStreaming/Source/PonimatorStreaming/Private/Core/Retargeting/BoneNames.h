// What the names of bones say: a side, words, and which words mean which joint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ponimator::retarget
{

using Words = std::vector<std::string_view>;

/** Left, right or neither, and the words of a name in lower case, numbers left out. */
struct BoneName
{
	/** "left", "right" or "". */
	std::string side;
	std::vector<std::string> words;

	bool operator==(const BoneName& other) const { return side == other.side && words == other.words; }
	/** All words as one. */
	std::string joined() const;
	/** Whether it is a bone that no body has. */
	bool is_helper() const;
	/** Whether it means one of these things. */
	bool is_called(const Words& likely) const;
};

BoneName read_bone_name(std::string_view name);

/** The finger that a name tells, as SMPL-X calls it; empty for none. */
std::string_view finger_of(const BoneName& name);

/** What a part of the body ("ankle", "hip" …) may be called; empty for a part that is not told by its name alone. */
const Words& words_like(std::string_view part);

} // namespace ponimator::retarget
