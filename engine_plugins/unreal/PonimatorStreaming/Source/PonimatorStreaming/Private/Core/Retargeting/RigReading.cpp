#include "Core/Retargeting/RigReading.h"

#include "Core/Retargeting/BoneNames.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>

namespace ponimator::retarget
{
namespace
{

constexpr std::size_t kSegments = 3;
constexpr std::array<std::string_view, 2> kSideNames = {"left", "right"};

std::string on(std::string_view side, std::string_view part) { return std::string(side) + "_" + std::string(part); }

/** One rig being read. */
class Reading
{
public:
	Reading(const std::vector<std::string>& names, const std::vector<int>& parents) : names_(names), parents_(parents)
	{
		std::transform(names.begin(), names.end(), std::back_inserter(read_), read_bone_name);
	}

	/** Bone by joint. */
	std::map<std::string, int> found()
	{
		for (const std::string_view side : kSideNames)
		{
			limb(side, {"ankle", "knee", "hip"});
			limb(side, {"wrist", "elbow", "shoulder", "collar"});
			toe(side);
			fingers(side);
		}
		trunk();
		return found_;
	}

private:
	int count() const { return static_cast<int>(names_.size()); }
	int parent(int bone) const { return parents_[static_cast<std::size_t>(bone)]; }
	const BoneName& name(int bone) const { return read_[static_cast<std::size_t>(bone)]; }

	int found_at(const std::string& joint) const
	{
		const auto there = found_.find(joint);
		return there == found_.end() ? -1 : there->second;
	}

	bool means(int bone, std::string_view side, const Words& words) const
	{
		return name(bone).side == side && name(bone).is_called(words) && !name(bone).is_helper();
	}

	/** From hand or foot upwards: a name that means two things is told by what came below it. */
	void limb(std::string_view side, const std::vector<std::string_view>& parts)
	{
		int bone = -1;
		for (const std::string_view word : words_like(parts[0]))
		{
			bone = bone < 0 ? first(side, {word}) : bone;
		}
		for (std::size_t part = 0; part < parts.size() && bone >= 0; ++part)
		{
			if (part > 0)
			{
				bone = above(bone, side, words_like(parts[part]));
			}
			if (bone >= 0)
			{
				bone = uppermost(bone);
				found_[on(side, parts[part])] = bone;
			}
		}
	}

	void toe(std::string_view side)
	{
		const int ankle = found_at(on(side, "ankle"));
		for (int bone = 0; ankle >= 0 && bone < count(); ++bone)
		{
			if (means(bone, side, words_like("foot")) && bone != ankle && is_below(bone, ankle))
			{
				found_[on(side, "foot")] = bone;
				return;
			}
		}
	}

	void fingers(std::string_view side)
	{
		const int wrist = found_at(on(side, "wrist"));
		std::map<std::string_view, std::vector<int>> chains;
		for (int bone = 0; wrist >= 0 && bone < count(); ++bone)
		{
			const std::string_view finger = finger_of(name(bone));
			const bool counts = !finger.empty() && name(bone).side == side && !name(bone).is_helper() && is_below(bone, wrist);
			if (counts && (finger == "thumb" || name(bone).joined().find("metacarpal") == std::string::npos))
			{
				chains[finger].push_back(bone);
			}
		}
		for (auto& [finger, chain] : chains)
		{
			std::stable_sort(chain.begin(), chain.end(), [this](int a, int b) { return depth(a) < depth(b); });
			for (std::size_t segment = 0; segment < std::min(kSegments, chain.size()); ++segment)
			{
				found_[on(side, finger) + std::to_string(segment + 1)] = chain[segment];
			}
		}
	}

	void trunk()
	{
		int pelvis = first("", words_like("pelvis"));
		if (pelvis < 0)
		{
			pelvis = common(found_at("left_hip"), found_at("right_hip"));
		}
		if (pelvis < 0)
		{
			return;
		}
		found_["pelvis"] = pelvis;
		std::vector<int> chain;
		int top = common(arm("left"), arm("right"));
		for (; top >= 0 && top != pelvis; top = parent(top))
		{
			if (!name(top).is_called(words_like("neck")))
			{
				chain.insert(chain.begin(), top);
			}
		}
		if (top == pelvis && !chain.empty())
		{
			spine(chain);
		}
		neck_and_head();
	}

	int arm(std::string_view side) const
	{
		const int collar = found_at(on(side, "collar"));
		return collar >= 0 ? collar : found_at(on(side, "shoulder"));
	}

	/** Bottom, middle and top of the chain; of two the ends, one alone is the chest. */
	void spine(const std::vector<int>& chain)
	{
		found_["spine3"] = chain.back();
		if (chain.size() > 1)
		{
			found_["spine1"] = chain.front();
		}
		if (chain.size() > 2)
		{
			found_["spine2"] = chain[(chain.size() - 1) / 2];
		}
	}

	void neck_and_head()
	{
		int neck = first("", words_like("neck"));
		int head = first("", words_like("head"));
		if (neck < 0 && head < 0 && found_at("spine3") >= 0)
		{
			// What goes on above the chest without a name of its own ends in the head.
			std::vector<int> chain;
			for (int bone = child_in_middle(found_at("spine3")); bone >= 0; bone = child_in_middle(bone))
			{
				chain.push_back(bone);
			}
			neck = chain.size() > 1 ? chain.front() : -1;
			head = chain.empty() ? -1 : chain.back();
		}
		if (neck >= 0)
		{
			found_["neck"] = neck;
		}
		if (head >= 0)
		{
			found_["head"] = head;
		}
	}

	/** The first child that is neither left nor right, nor a helper. */
	int child_in_middle(int bone) const
	{
		for (int child = 0; child < count(); ++child)
		{
			if (parent(child) == bone && name(child).side.empty() && !name(child).is_helper())
			{
				return child;
			}
		}
		return -1;
	}

	/** The bone nearest to the root that is called so. */
	int first(std::string_view side, const Words& words) const
	{
		int nearest = -1;
		for (int bone = 0; bone < count(); ++bone)
		{
			if (means(bone, side, words) && (nearest < 0 || depth(bone) < depth(nearest)))
			{
				nearest = bone;
			}
		}
		return nearest;
	}

	int above(int bone, std::string_view side, const Words& words) const
	{
		do
		{
			bone = parent(bone);
		} while (bone >= 0 && !means(bone, side, words));
		return bone;
	}

	/** Of a bone in segments that are all called alike the first one. */
	int uppermost(int bone) const
	{
		while (parent(bone) >= 0 && name(parent(bone)) == name(bone))
		{
			bone = parent(bone);
		}
		return bone;
	}

	/** The deepest bone that both hang on; −1 where one of them is none. */
	int common(int a, int b) const
	{
		std::set<int> on_the_way;
		for (; a >= 0; a = parent(a))
		{
			on_the_way.insert(a);
		}
		while (b >= 0 && on_the_way.count(b) == 0)
		{
			b = parent(b);
		}
		return b;
	}

	bool is_below(int bone, int ancestor) const
	{
		while (bone > ancestor)
		{
			bone = parent(bone);
		}
		return bone == ancestor;
	}

	int depth(int bone) const
	{
		int steps = 0;
		for (; parent(bone) >= 0; bone = parent(bone))
		{
			++steps;
		}
		return steps;
	}

	const std::vector<std::string>& names_;
	const std::vector<int>& parents_;
	std::vector<BoneName> read_;
	std::map<std::string, int> found_;
};

} // namespace

std::map<std::string, int> read_rig(const std::vector<std::string>& names, const std::vector<int>& parents)
{
	return Reading(names, parents).found();
}

} // namespace ponimator::retarget
