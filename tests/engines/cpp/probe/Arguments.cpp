#include "Arguments.h"

#include <cstdlib>

namespace probe
{
namespace
{

double number_from(const std::string& name, const std::string& words, std::string& fault)
{
	char* end = nullptr;
	const double number = std::strtod(words.c_str(), &end);
	if (end == words.c_str() || *end != '\0' || !(number > 0.0 && number < 1e6))
	{
		fault = "expected a number above 0 behind " + name + ", got " + words;
	}
	return number;
}

} // namespace

Arguments arguments_from(int count, const char* const* words, std::string& fault)
{
	Arguments arguments;
	arguments.zmq_library = PONIMATOR_ZMQ_LIBRARY;
	ponimator::ClientSettings& settings = arguments.settings;
	settings.client = "probe-cpp";
	settings.characters = {ponimator::Character{"Ann", {}}, ponimator::Character{"Ben", {}}};
	settings.control.clear();
	ponimator::ClientKeys keys;
	for (int index = 1; index < count && fault.empty(); index += 2)
	{
		const std::string name = words[index];
		if (index + 1 == count)
		{
			fault = "expected a value behind " + name;
			break;
		}
		const std::string value = words[index + 1];
		if (name == "--control")
		{
			settings.control = value;
		}
		else if (name == "--server-key")
		{
			keys.server = value;
		}
		else if (name == "--public-key")
		{
			keys.own_public = value;
		}
		else if (name == "--secret-key")
		{
			keys.own_secret = value;
		}
		else if (name == "--rate")
		{
			arguments.display_hz = number_from(name, value, fault);
		}
		else if (name == "--reply-timeout")
		{
			settings.reply_timeout_s = number_from(name, value, fault);
		}
		else if (name == "--profile")
		{
			const auto profile = ponimator::value_of<ponimator::Profile>(value, ponimator::kProfileWords);
			fault = profile ? "" : "expected low_latency, balanced or quality behind --profile, got " + value;
			settings.profile = profile.value_or(ponimator::Profile::balanced);
		}
		else if (name == "--zmq")
		{
			arguments.zmq_library = value;
		}
		else
		{
			fault = "expected --control, --server-key, --public-key, --secret-key, --rate, --profile, --reply-timeout or "
					"--zmq, got " + name;
		}
	}
	if (fault.empty() && settings.control.empty())
	{
		fault = "expected --control ENDPOINT";
	}
	const bool has_all = !keys.server.empty() && !keys.own_public.empty() && !keys.own_secret.empty();
	if (has_all)
	{
		settings.keys = keys;
	}
	else if (fault.empty() && !(keys.server.empty() && keys.own_public.empty() && keys.own_secret.empty()))
	{
		fault = "expected --server-key, --public-key and --secret-key, all three or none";
	}
	return arguments;
}

} // namespace probe
