#include "Core/Client/KeyWords.h"

namespace ponimator
{

std::string refused_keys(const ClientSettings& settings)
{
	if (!settings.keys)
	{
		return "The server at " + settings.control +
			" wants keys and none were given: give its .key file and your .key_secret file (`ponimator keys new` makes "
			"one; its .key belongs into the server's folder of allowed keys).";
	}
	return "The server at " + settings.control + " refused the key " + settings.keys->own_public +
		": expected one from its folder of allowed keys, or it uses no keys at all. Have your .key file put there, or "
		"connect without keys.";
}

std::string cut_off(const ClientSettings& settings)
{
	if (!settings.keys)
	{
		return settings.control +
			" closes every connection at once: expected a server that needs no keys. This one may want them (give its "
			".key file and your .key_secret file, see `ponimator keys new`), or is no ponimator server.";
	}
	return settings.control + " closes every connection at once: expected the server whose key is " +
		settings.keys->server +
		". It has another: get its present .key file from whoever runs it, or correct the address.";
}

} // namespace ponimator
