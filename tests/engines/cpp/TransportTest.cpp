// The transport over the real libzmq: its table, its lanes, its keys, and how it tells what became of a connection.
#include "Check.h"

#include "Core/Transport/ZmqLoading.h"
#include "Core/Transport/ZmqTransport.h"

#include <chrono>
#include <string>
#include <zmq.h>

using namespace ponimator;

static_assert(zmq::kSocketPair == ZMQ_PAIR && zmq::kSocketSub == ZMQ_SUB && zmq::kSocketDealer == ZMQ_DEALER);
static_assert(zmq::kOptionSubscribe == ZMQ_SUBSCRIBE && zmq::kOptionReceiveMore == ZMQ_RCVMORE);
static_assert(zmq::kOptionLinger == ZMQ_LINGER && zmq::kOptionReconnectInterval == ZMQ_RECONNECT_IVL);
static_assert(zmq::kOptionMaxMessageSize == ZMQ_MAXMSGSIZE && zmq::kOptionSendHighWaterMark == ZMQ_SNDHWM);
static_assert(zmq::kOptionReceiveHighWaterMark == ZMQ_RCVHWM && zmq::kOptionReceiveTimeout == ZMQ_RCVTIMEO);
static_assert(zmq::kOptionSendTimeout == ZMQ_SNDTIMEO && zmq::kOptionCurvePublicKey == ZMQ_CURVE_PUBLICKEY);
static_assert(zmq::kOptionCurveSecretKey == ZMQ_CURVE_SECRETKEY && zmq::kOptionCurveServerKey == ZMQ_CURVE_SERVERKEY);
static_assert(zmq::kDontWait == ZMQ_DONTWAIT && zmq::kPollIn == ZMQ_POLLIN);
static_assert(zmq::kEventClosed == ZMQ_EVENT_CLOSED && zmq::kEventDisconnected == ZMQ_EVENT_DISCONNECTED);
static_assert(zmq::kEventHandshakeFailedNoDetail == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
static_assert(zmq::kEventHandshakeSucceeded == ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
static_assert(zmq::kEventHandshakeFailedProtocol == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL);
static_assert(zmq::kEventHandshakeFailedAuth == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
static_assert(sizeof(zmq::Message) == sizeof(zmq_msg_t) && alignof(zmq::Message) == alignof(zmq_msg_t));
static_assert(sizeof(zmq::PollItem) == sizeof(zmq_pollitem_t) && sizeof(zmq::FileDescriptor) == sizeof(zmq_fd_t));
static_assert(offsetof(zmq::PollItem, events) == offsetof(zmq_pollitem_t, events));

namespace
{

constexpr double kPatienceS = 20.0;

/** The functions that this program is linked with. */
ZmqApi linked_api()
{
	ZmqApi api{};
	api.version = zmq_version;
	api.error_number = zmq_errno;
	api.error_words = zmq_strerror;
	api.ctx_new = zmq_ctx_new;
	api.ctx_term = zmq_ctx_term;
	api.socket = zmq_socket;
	api.close = zmq_close;
	api.connect = zmq_connect;
	api.set_option = zmq_setsockopt;
	api.get_option = zmq_getsockopt;
	api.send = zmq_send;
	api.message_init = [](zmq::Message* message) { return zmq_msg_init(reinterpret_cast<zmq_msg_t*>(message)); };
	api.message_receive = [](zmq::Message* message, void* socket, int flags)
	{ return zmq_msg_recv(reinterpret_cast<zmq_msg_t*>(message), socket, flags); };
	api.message_data = [](zmq::Message* message) { return zmq_msg_data(reinterpret_cast<zmq_msg_t*>(message)); };
	api.message_size = [](const zmq::Message* message)
	{ return zmq_msg_size(reinterpret_cast<const zmq_msg_t*>(message)); };
	api.message_close = [](zmq::Message* message) { return zmq_msg_close(reinterpret_cast<zmq_msg_t*>(message)); };
	api.monitor = zmq_socket_monitor;
	api.poll = [](zmq::PollItem* items, int count, long timeout_ms)
	{ return zmq_poll(reinterpret_cast<zmq_pollitem_t*>(items), count, timeout_ms); };
	return api;
}

struct Keys
{
	std::string of_public = std::string(40, ' ');
	std::string secret = std::string(40, ' ');
};

Keys new_keys()
{
	char of_public[41];
	char secret[41];
	CHECK(zmq_curve_keypair(of_public, secret) == 0);
	return {of_public, secret};
}

/** A bound socket of a server. */
class Bound
{
public:
	explicit Bound(int kind, const std::string& secret_key = "") : context_(zmq_ctx_new()), socket_(zmq_socket(context_, kind))
	{
		const int none = 0;
		zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof(none));
		if (!secret_key.empty())
		{
			const int yes = 1;
			zmq_setsockopt(socket_, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
			zmq_setsockopt(socket_, ZMQ_CURVE_SECRETKEY, secret_key.data(), secret_key.size());
		}
		CHECK(zmq_bind(socket_, "tcp://127.0.0.1:*") == 0);
		char words[64];
		std::size_t size = sizeof(words);
		zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, words, &size);
		endpoint = words;
	}

	~Bound() { stop(); }

	void stop()
	{
		if (socket_ != nullptr)
		{
			zmq_close(socket_);
			zmq_ctx_term(context_);
			socket_ = nullptr;
		}
	}

	void send(const std::string& part, bool is_more = false) { zmq_send(socket_, part.data(), part.size(), is_more ? ZMQ_SNDMORE : 0); }

	std::string receive()
	{
		char part[256];
		const int size = zmq_recv(socket_, part, sizeof(part), 0);
		return size < 0 ? std::string() : std::string(part, static_cast<std::size_t>(size));
	}

	std::string endpoint;

private:
	void* context_;
	void* socket_;
};

Bytes bytes_of(const std::string& words)
{
	return Bytes(words.begin(), words.end());
}

template <class Condition>
bool wait_until(Transport& transport, Connection& connection, Condition is_so)
{
	const auto begin = std::chrono::steady_clock::now();
	while (!is_so() && std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < kPatienceS)
	{
		transport.wait(&connection, nullptr, 0.05);
	}
	return is_so();
}

bool comes_to(Transport& transport, Connection& connection, Standing standing)
{
	return wait_until(transport, connection, [&] { return connection.standing() == standing; });
}

std::string received(Transport& transport, Connection& connection)
{
	std::optional<Bytes> bytes;
	wait_until(transport, connection, [&] { return (bytes = bytes ? std::move(bytes) : connection.receive()).has_value(); });
	return bytes ? std::string(bytes->begin(), bytes->end()) : "nothing";
}

} // namespace

TEST(the_loader_finds_every_function)
{
	const Result<ZmqApi> api = load_zmq(PONIMATOR_ZMQ_LIBRARY);
	CHECK_EQUAL(api ? "" : api.error().message, "");
	Bound router(ZMQ_ROUTER);
	ZmqTransport transport(*api);
	const auto connection = transport.connect_control(router.endpoint, {});
	CHECK(comes_to(transport, **connection, Standing::up));
}

TEST(a_library_that_is_not_there_says_what_to_do)
{
	const Result<ZmqApi> absent = load_zmq("nowhere/libzmq.so");
	CHECK(!absent && absent.error().kind == ErrorKind::library_missing);
	CHECK(absent.error().message.find("nowhere/libzmq.so") != std::string::npos);
	CHECK(absent.error().message.find("ponimator plugin install unreal PROJECT") != std::string::npos);
	const Result<ZmqApi> other = zmq_from_symbols([](const char*) { return nullptr; }, "libother.so");
	CHECK(!other && other.error().message.find("no function zmq_version") != std::string::npos);
}

TEST(requests_go_and_replies_come_as_single_frames)
{
	Bound router(ZMQ_ROUTER);
	ZmqTransport transport(linked_api());
	const auto connection = transport.connect_control(router.endpoint, {});
	CHECK((*connection)->send(bytes_of("request")));
	const std::string who = router.receive();
	CHECK_EQUAL(router.receive(), "request");
	router.send(who, true);
	router.send("reply");
	CHECK_EQUAL(received(transport, **connection), "reply");
	router.send(who, true);
	router.send("in", true);
	router.send("parts");
	CHECK_EQUAL(received(transport, **connection), "");
}

TEST(of_the_stream_only_the_whole_topic_is_heard)
{
	Bound publisher(ZMQ_XPUB);
	ZmqTransport transport(linked_api());
	const auto connection = transport.connect_stream(publisher.endpoint, "session/s-1", {});
	CHECK_EQUAL(publisher.receive(), "\x01session/s-1");
	for (const char* topic : {"session/s-12", "session/s-2", "session/s-1"})
	{
		publisher.send(topic, true);
		publisher.send(std::string("to ") + topic);
	}
	CHECK_EQUAL(received(transport, **connection), "to session/s-1");
	CHECK(!(*connection)->receive());
}

TEST(an_absent_server_is_unreached_and_one_that_stops_is_lost)
{
	Bound router(ZMQ_ROUTER);
	ZmqTransport transport(linked_api());
	const auto connection = transport.connect_control(router.endpoint, {});
	CHECK(comes_to(transport, **connection, Standing::up));
	router.stop();
	CHECK(comes_to(transport, **connection, Standing::lost));
	const auto again = transport.connect_control(router.endpoint, {});
	CHECK(comes_to(transport, **again, Standing::unreached));
}

TEST(keys_that_fit_connect_and_others_do_not)
{
	const Keys server = new_keys();
	const Keys own = new_keys();
	Bound router(ZMQ_ROUTER, server.secret);
	ZmqTransport transport(linked_api());
	const auto fitting = transport.connect_control(router.endpoint, ClientKeys{server.of_public, own.of_public, own.secret});
	CHECK(comes_to(transport, **fitting, Standing::up));
	const auto none = transport.connect_control(router.endpoint, {});
	CHECK(wait_until(transport, **none, [&] { return !is_alive((*none)->standing()); }));
	const auto other =
		transport.connect_control(router.endpoint, ClientKeys{new_keys().of_public, own.of_public, own.secret});
	CHECK(comes_to(transport, **other, Standing::cut_off));
	Bound open(ZMQ_ROUTER);
	const auto unwanted = transport.connect_control(open.endpoint, ClientKeys{server.of_public, own.of_public, own.secret});
	CHECK(wait_until(transport, **unwanted, [&] { return !is_alive((*unwanted)->standing()); }));
}

TEST(what_is_no_endpoint_or_no_key_says_so)
{
	ZmqTransport transport(linked_api());
	const auto nowhere = transport.connect_control("studio", {});
	CHECK(!nowhere && nowhere.error().message.find("got studio") != std::string::npos);
	const auto keyless = transport.connect_control("tcp://127.0.0.1:1", ClientKeys{"short", "short", "short"});
	CHECK(!keyless && keyless.error().kind == ErrorKind::transport);
}

int main()
{
	return check::run_all();
}
