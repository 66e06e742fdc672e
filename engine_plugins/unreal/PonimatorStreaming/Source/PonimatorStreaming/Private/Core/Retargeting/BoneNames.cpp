#include "Core/Retargeting/BoneNames.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace ponimator::retarget
{
namespace
{

constexpr std::array<std::string_view, 23> kNoise = {
	"armature", "b", "base", "bend", "bip", "bone", "c", "cc", "ch", "char", "character", "def", "f", "g", "j", "jnt",
	"joint", "m", "mixamorig", "org", "rig", "sk", "skeleton",
};
constexpr std::array<std::string_view, 29> kHelpers = {
	"aim", "attach", "bendy", "corrective", "ctrl", "control", "driver", "effector", "end", "fk", "gun", "helper", "ik",
	"jiggle", "leaf", "mch", "nub", "parent", "pole", "roll", "socket", "share", "target", "tip", "tweak", "twist",
	"virtual", "vb", "weapon",
};
/** A word in a name, and the finger that it means. */
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFingers = {{
	{"thumb", "thumb"}, {"index", "index"}, {"middle", "middle"}, {"ring", "ring"}, {"pinky", "pinky"}, {"little", "pinky"},
}};
constexpr std::array<std::string_view, 2> kSides = {"left", "right"};

bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }

template <class Is>
std::size_t run_length(std::string_view text, std::size_t start, Is is)
{
	std::size_t stop = start;
	while (stop < text.size() && is(text[stop]))
	{
		++stop;
	}
	return stop - start;
}

/** Letters of the word that begins there: "IKHand" is IK and Hand; 0 where none does. */
std::size_t word_length(std::string_view text, std::size_t start)
{
	const std::size_t upper = run_length(text, start, is_upper);
	const std::size_t lower = run_length(text, start + upper, is_lower);
	if (upper > 1)
	{
		return lower > 0 ? upper - 1 : upper;
	}
	return upper + lower;
}

std::string lower_case(std::string_view text)
{
	std::string lower(text);
	std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
		return is_upper(letter) ? static_cast<char>(letter - 'A' + 'a') : letter;
	});
	return lower;
}

template <class List>
bool has(const List& list, std::string_view word)
{
	return std::find(list.begin(), list.end(), word) != list.end();
}

void take_word(BoneName& name, std::string word)
{
	for (const std::string_view side : kSides)
	{
		if (word.size() > side.size() && word.compare(0, side.size(), side) == 0)
		{
			name.side = side;
			word.erase(0, side.size());
		}
	}
	if (word == "l" || word == kSides[0])
	{
		name.side = kSides[0];
	}
	else if (word == "r" || word == kSides[1])
	{
		name.side = kSides[1];
	}
	else if (!has(kNoise, word))
	{
		name.words.push_back(std::move(word));
	}
}

} // namespace

std::string BoneName::joined() const
{
	std::string all;
	for (const std::string& word : words)
	{
		all += word;
	}
	return all;
}

bool BoneName::is_helper() const
{
	return std::any_of(words.begin(), words.end(), [](const std::string& word) { return has(kHelpers, word); });
}

bool BoneName::is_called(const Words& likely) const { return has(likely, joined()); }

BoneName read_bone_name(std::string_view name)
{
	const std::size_t space = name.find_last_of(":|");
	const std::string_view plain = space == std::string_view::npos ? name : name.substr(space + 1);
	BoneName read;
	for (std::size_t place = 0; place < plain.size();)
	{
		const std::size_t length = word_length(plain, place);
		if (length > 0)
		{
			take_word(read, lower_case(plain.substr(place, length)));
		}
		place += std::max<std::size_t>(length, 1);
	}
	return read;
}

std::string_view finger_of(const BoneName& name)
{
	const std::string joined = name.joined();
	for (const auto& [word, finger] : kFingers)
	{
		if (joined.find(word) != std::string::npos)
		{
			return finger;
		}
	}
	return "";
}

const Words& words_like(std::string_view part)
{
	static const std::map<std::string_view, Words> kLike = {
		{"ankle", {"ankle", "foot"}},
		{"foot", {"toe", "toes", "toebase", "ball", "toebone", "foot"}},
		{"knee", {"calf", "shin", "lowerleg", "lowleg", "leg", "knee", "leglower", "crus"}},
		{"hip", {"thigh", "upleg", "upperleg", "leg", "hip", "legupper", "upperthigh"}},
		{"wrist", {"hand", "wrist", "palm"}},
		{"elbow", {"forearm", "lowerarm", "lowarm", "elbow", "armlower", "underarm"}},
		{"shoulder", {"upperarm", "uparm", "arm", "shoulder", "shldr", "armupper"}},
		{"collar", {"clavicle", "collar", "collarbone", "shoulder", "scapula"}},
		{"pelvis", {"hips", "hip", "pelvis"}},
		{"neck", {"neck"}},
		{"head", {"head"}},
	};
	static const Words kNone;
	const auto found = kLike.find(part);
	return found == kLike.end() ? kNone : found->second;
}

} // namespace ponimator::retarget
