#include "Core/Transport/ZmqLoading.h"

#include <cstring>

#if defined(_WIN32)
// Two functions of kernel32, declared here: windows.h would bring its macros into every file of a unity build.
extern "C" __declspec(dllimport) void* __stdcall LoadLibraryA(const char* path);
extern "C" __declspec(dllimport) void* __stdcall GetProcAddress(void* library, const char* name);
#else
#include <dlfcn.h>
#endif

namespace ponimator
{
namespace
{

/** Since 4.3 a monitor tells how a handshake failed. */
constexpr int kOldestMajor = 4;
constexpr int kOldestMinor = 3;

class TableFiller
{
public:
	explicit TableFiller(const SymbolLookup& lookup) : lookup_(lookup) {}

	template <class Function>
	void fill(Function& function, const char* name)
	{
		void* symbol = lookup_(name);
		if (symbol == nullptr && missing_ == nullptr)
		{
			missing_ = name;
		}
		static_assert(sizeof(function) == sizeof(symbol), "expected pointers to functions and to data of one size");
		std::memcpy(&function, &symbol, sizeof(symbol));
	}

	/** The first function that is not there. */
	const char* missing() const { return missing_; }

private:
	const SymbolLookup& lookup_;
	const char* missing_ = nullptr;
};

} // namespace

Result<ZmqApi> zmq_from_symbols(const SymbolLookup& lookup, const std::string& path)
{
	ZmqApi api{};
	TableFiller filler(lookup);
	filler.fill(api.version, "zmq_version");
	filler.fill(api.error_number, "zmq_errno");
	filler.fill(api.error_words, "zmq_strerror");
	filler.fill(api.ctx_new, "zmq_ctx_new");
	filler.fill(api.ctx_term, "zmq_ctx_term");
	filler.fill(api.socket, "zmq_socket");
	filler.fill(api.close, "zmq_close");
	filler.fill(api.connect, "zmq_connect");
	filler.fill(api.set_option, "zmq_setsockopt");
	filler.fill(api.get_option, "zmq_getsockopt");
	filler.fill(api.send, "zmq_send");
	filler.fill(api.message_init, "zmq_msg_init");
	filler.fill(api.message_receive, "zmq_msg_recv");
	filler.fill(api.message_data, "zmq_msg_data");
	filler.fill(api.message_size, "zmq_msg_size");
	filler.fill(api.message_close, "zmq_msg_close");
	filler.fill(api.monitor, "zmq_socket_monitor");
	filler.fill(api.poll, "zmq_poll");
	if (filler.missing() != nullptr)
	{
		return zmq_missing(path, std::string("it has no function ") + filler.missing());
	}
	int major = 0;
	int minor = 0;
	int patch = 0;
	api.version(&major, &minor, &patch);
	if (major != kOldestMajor || minor < kOldestMinor)
	{
		return zmq_missing(path, "it is version " + std::to_string(major) + "." + std::to_string(minor));
	}
	return api;
}

#if defined(_WIN32)

Result<ZmqApi> load_zmq(const std::string& path)
{
	void* library = LoadLibraryA(path.c_str());
	if (library == nullptr)
	{
		return zmq_missing(path, "it cannot be loaded");
	}
	return zmq_from_symbols([library](const char* name) { return GetProcAddress(library, name); }, path);
}

#else

Result<ZmqApi> load_zmq(const std::string& path)
{
	void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
	if (library == nullptr)
	{
		const char* reason = dlerror();
		return zmq_missing(path, reason == nullptr ? "it cannot be loaded" : reason);
	}
	return zmq_from_symbols([library](const char* name) { return dlsym(library, name); }, path);
}

#endif

Error zmq_missing(const std::string& path, const std::string& reason)
{
	return {
		ErrorKind::library_missing,
		"Expected libzmq 4.3 or newer at " + path + ", got none: " + reason +
			". Install it with `ponimator plugin install unreal PROJECT`."};
}

} // namespace ponimator
