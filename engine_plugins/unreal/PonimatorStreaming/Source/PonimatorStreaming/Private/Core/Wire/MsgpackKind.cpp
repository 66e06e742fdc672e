#include "Core/Wire/MsgpackKind.h"

namespace ponimator
{
namespace
{

/** Kinds of the heads from 0xc0 to 0xdf. */
constexpr MsgpackKind kKindOfHead[32] = {
	MsgpackKind::nil, MsgpackKind::nothing, MsgpackKind::boolean, MsgpackKind::boolean,
	MsgpackKind::bin, MsgpackKind::bin, MsgpackKind::bin, MsgpackKind::extension,
	MsgpackKind::extension, MsgpackKind::extension, MsgpackKind::real, MsgpackKind::real,
	MsgpackKind::integer, MsgpackKind::integer, MsgpackKind::integer, MsgpackKind::integer,
	MsgpackKind::integer, MsgpackKind::integer, MsgpackKind::integer, MsgpackKind::integer,
	MsgpackKind::extension, MsgpackKind::extension, MsgpackKind::extension, MsgpackKind::extension,
	MsgpackKind::extension, MsgpackKind::string, MsgpackKind::string, MsgpackKind::string,
	MsgpackKind::array, MsgpackKind::array, MsgpackKind::map, MsgpackKind::map,
};

} // namespace

MsgpackKind kind_of_head(std::uint8_t head)
{
	if (head < 0x80 || head >= 0xe0)
	{
		return MsgpackKind::integer;
	}
	if (head < 0xc0)
	{
		return head < 0x90 ? MsgpackKind::map : head < 0xa0 ? MsgpackKind::array : MsgpackKind::string;
	}
	return kKindOfHead[head - 0xc0];
}

const char* words_of(MsgpackKind kind)
{
	switch (kind)
	{
	case MsgpackKind::nil: return "nil";
	case MsgpackKind::boolean: return "a boolean";
	case MsgpackKind::integer: return "an integer";
	case MsgpackKind::real: return "a float";
	case MsgpackKind::string: return "a string";
	case MsgpackKind::bin: return "bytes";
	case MsgpackKind::array: return "a list";
	case MsgpackKind::map: return "a map";
	case MsgpackKind::extension: return "an extension";
	case MsgpackKind::nothing: break;
	}
	return "nothing that msgpack knows";
}

} // namespace ponimator
