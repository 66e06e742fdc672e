// The few functions and constants of libzmq that the plugin uses, declared here: it comes as a shared library without
// headers or an import library, and is found when the game runs. A test compares them with zmq.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ponimator
{

namespace zmq
{

constexpr int kSocketPair = 0;
constexpr int kSocketSub = 2;
constexpr int kSocketDealer = 5;

constexpr int kOptionSubscribe = 6;
constexpr int kOptionReceiveMore = 13;
constexpr int kOptionLinger = 17;
constexpr int kOptionReconnectInterval = 18;
constexpr int kOptionMaxMessageSize = 22;
constexpr int kOptionSendHighWaterMark = 23;
constexpr int kOptionReceiveHighWaterMark = 24;
constexpr int kOptionReceiveTimeout = 27;
constexpr int kOptionSendTimeout = 28;
constexpr int kOptionCurvePublicKey = 48;
constexpr int kOptionCurveSecretKey = 49;
constexpr int kOptionCurveServerKey = 50;

constexpr int kDontWait = 1;
constexpr short kPollIn = 1;

constexpr int kEventClosed = 0x0080;
constexpr int kEventDisconnected = 0x0200;
constexpr int kEventHandshakeFailedNoDetail = 0x0800;
constexpr int kEventHandshakeSucceeded = 0x1000;
constexpr int kEventHandshakeFailedProtocol = 0x2000;
constexpr int kEventHandshakeFailedAuth = 0x4000;

/** A message, opaque; libzmq's is as large and aligned like a pointer. */
struct alignas(void*) Message
{
	unsigned char opaque[64];
};

#if defined(_WIN32)
using FileDescriptor = std::uintptr_t;
#else
using FileDescriptor = int;
#endif

/** What to wait for. */
struct PollItem
{
	void* socket;
	FileDescriptor fd;
	short events;
	short revents;
};

} // namespace zmq

/** The functions, by their names without `zmq_`; all are there once `load_zmq` or `zmq_from_symbols` returned them. */
struct ZmqApi
{
	void (*version)(int* major, int* minor, int* patch);
	int (*error_number)();
	const char* (*error_words)(int number);
	void* (*ctx_new)();
	int (*ctx_term)(void* context);
	void* (*socket)(void* context, int kind);
	int (*close)(void* socket);
	int (*connect)(void* socket, const char* endpoint);
	int (*set_option)(void* socket, int option, const void* value, std::size_t size);
	int (*get_option)(void* socket, int option, void* value, std::size_t* size);
	int (*send)(void* socket, const void* data, std::size_t size, int flags);
	int (*message_init)(zmq::Message* message);
	int (*message_receive)(zmq::Message* message, void* socket, int flags);
	void* (*message_data)(zmq::Message* message);
	std::size_t (*message_size)(const zmq::Message* message);
	int (*message_close)(zmq::Message* message);
	int (*monitor)(void* socket, const char* endpoint, int events);
	int (*poll)(zmq::PollItem* items, int count, long timeout_ms);
};

} // namespace ponimator
