#include "Core/Retargeting/MapText.h"

namespace ponimator::retarget
{
namespace
{

constexpr std::string_view kSpaces = " \t\r";

std::string_view trimmed(std::string_view text)
{
	const std::size_t first = text.find_first_not_of(kSpaces);
	return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/** What stands between quotes, with what TOML lets follow them; a backslash takes the next letter as it is. */
bool unquote(std::string_view text, std::string& out)
{
	if (text.empty() || (text[0] != '"' && text[0] != '\''))
	{
		return false;
	}
	for (std::size_t place = 1; place < text.size(); ++place)
	{
		if (text[place] == text[0])
		{
			const std::string_view rest = trimmed(text.substr(place + 1));
			return rest.empty() || rest[0] == '#';
		}
		place += text[0] == '"' && text[place] == '\\' && place + 1 < text.size() ? 1 : 0;
		out += text[place];
	}
	return false;
}

} // namespace

Result<RigMap> map_from_text(std::string_view text)
{
	RigMap map;
	int number = 0;
	while (!text.empty())
	{
		const std::size_t stop = text.find('\n');
		const std::string_view line = trimmed(text.substr(0, stop));
		text = stop == std::string_view::npos ? "" : text.substr(stop + 1);
		++number;
		if (line.empty() || line[0] == '#')
		{
			continue;
		}
		const std::size_t equals = line.find('=');
		std::string bone;
		const std::string joint(equals == std::string_view::npos ? "" : trimmed(line.substr(0, equals)));
		if (joint_index(joint) < 0 || !unquote(trimmed(line.substr(equals + 1)), bone) || bone.empty() ||
			!map.emplace(joint, bone).second)
		{
			return Error{
				ErrorKind::malformed,
				"Expected an SMPL-X joint as joint = \"bone\" in line " + std::to_string(number) + ", once for each joint, got: " +
					std::string(line) + "."};
		}
	}
	return map;
}

std::string text_from_map(const RigMap& map)
{
	std::string text;
	for (const std::string_view name : kJointNames)
	{
		const auto found = map.find(std::string(name));
		if (found == map.end())
		{
			continue;
		}
		std::string bone;
		for (const char letter : found->second)
		{
			bone += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string(1, letter);
		}
		text += std::string(name) + " = \"" + bone + "\"\n";
	}
	return text;
}

} // namespace ponimator::retarget
