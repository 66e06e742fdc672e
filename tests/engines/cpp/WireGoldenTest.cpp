// The golden messages: what the server says is read as expected.json tells it, what a client says has the same bytes.
#include "Check.h"
#include "Golden.h"

#include "Core/Wire/Decoding.h"
#include "Core/Wire/Encoding.h"

using namespace ponimator;
using golden::Json;

namespace
{

const Json& expected(const std::string& type)
{
	static const Json all = golden::json("expected.json");
	return all[type];
}

template <class Reply>
Reply reply(const std::string& type)
{
	const Bytes bytes = golden::message(type);
	const Result<ServerReply> decoded = decode_reply(bytes);
	CHECK_EQUAL(decoded ? "" : decoded.error().message, "");
	const Reply* came = decoded ? std::get_if<Reply>(&*decoded) : nullptr;
	CHECK(came != nullptr);
	return came == nullptr ? Reply() : *came;
}

template <class Message>
Message stream(const std::string& type)
{
	const Bytes bytes = golden::message(type);
	const Result<StreamMessage> decoded = decode_stream(bytes);
	CHECK_EQUAL(decoded ? "" : decoded.error().message, "");
	const Message* came = decoded ? std::get_if<Message>(&*decoded) : nullptr;
	CHECK(came != nullptr);
	return came == nullptr ? Message() : *came;
}

template <class T>
Json json_of(const std::optional<T>& value)
{
	return value ? Json(*value) : Json();
}

void check_skeleton(const Skeleton& skeleton, const Json& wanted)
{
	CHECK_EQUAL(skeleton.session, wanted["session"].get<std::string>());
	CHECK_EQUAL(Json(skeleton.joints), wanted["joints"]);
	CHECK_EQUAL(Json(skeleton.parents), wanted["parents"]);
	CHECK(skeleton.rest_joints == golden::floats_of(wanted["rest_joints"]));
	CHECK_EQUAL(Json(skeleton.names), wanted["names"]);
	CHECK_EQUAL(skeleton.frame, wanted["frame"].get<std::string>());
}

void check_bytes(const Request& request, const std::string& type)
{
	const Result<Bytes> bytes = encode(request);
	CHECK_EQUAL(bytes ? "" : bytes.error().message, "");
	CHECK(bytes && *bytes == golden::message(type));
}

} // namespace

TEST(hello_ok_reads_as_expected)
{
	const auto came = reply<HelloOk>("hello_ok");
	Json models = Json::array();
	for (const ModelInfo& model : came.models)
	{
		models.push_back({{"name", model.name}, {"version", model.version}, {"text", model.text}});
	}
	const Json limits = {
		{"max_sessions", came.limits.max_sessions}, {"max_message_bytes", came.limits.max_message_bytes},
		{"max_text_characters", came.limits.max_text_characters}, {"max_duration_s", came.limits.max_duration_s},
		{"min_rate_hz", came.limits.min_rate_hz}, {"max_rate_hz", came.limits.max_rate_hz}};
	const Json told = {
		{"type", "hello_ok"}, {"request_id", came.request_id}, {"protocol", came.protocol}, {"server", came.server},
		{"models", models}, {"limits", limits}, {"stream", came.stream}};
	CHECK_EQUAL(told, expected("hello_ok"));
}

TEST(session_opened_reads_as_expected)
{
	const auto came = reply<SessionOpened>("session_opened");
	const Json& wanted = expected("session_opened");
	CHECK_EQUAL(came.request_id, wanted["request_id"].get<std::int64_t>());
	CHECK_EQUAL(came.session, wanted["session"].get<std::string>());
	CHECK_EQUAL(came.topic, wanted["topic"].get<std::string>());
	check_skeleton(came.skeleton, wanted["skeleton"]);
}

TEST(short_replies_read_as_expected)
{
	const auto accepted = reply<InteractionAccepted>("interaction_accepted");
	Json timing = Json::object();
	for (const auto& [stage, milliseconds] : accepted.timing_ms)
	{
		timing[stage] = milliseconds;
	}
	CHECK_EQUAL(
		Json({{"type", "interaction_accepted"}, {"request_id", accepted.request_id}, {"interaction", accepted.interaction},
			{"apply_frame", accepted.apply_frame}, {"timing_ms", timing}}),
		expected("interaction_accepted"));
	const auto cancelled = reply<Cancelled>("cancelled");
	CHECK_EQUAL(
		Json({{"type", "cancelled"}, {"request_id", cancelled.request_id}, {"apply_frame", cancelled.apply_frame}}),
		expected("cancelled"));
	const auto resent = reply<Resent>("resent");
	CHECK_EQUAL(
		Json({{"type", "resent"}, {"request_id", resent.request_id}, {"start", resent.start}, {"stop", resent.stop},
			{"blocks", resent.blocks}}),
		expected("resent"));
	const auto pong = reply<Pong>("pong");
	CHECK_EQUAL(
		Json({{"type", "pong"}, {"request_id", pong.request_id}, {"client_time_ns", pong.client_time_ns},
			{"server_receive_ns", pong.server_receive_ns}, {"server_send_ns", pong.server_send_ns}}),
		expected("pong"));
	const auto closed = reply<SessionClosed>("session_closed");
	CHECK_EQUAL(
		Json({{"type", "session_closed"}, {"request_id", closed.request_id}, {"session", closed.session}}),
		expected("session_closed"));
	const auto refusal = reply<Refusal>("error");
	CHECK_EQUAL(
		Json({{"type", "error"}, {"request_id", json_of(refusal.request_id)}, {"code", std::string(word_of(refusal.code))},
			{"message", refusal.message}}),
		expected("error"));
}

TEST(stats_read_as_expected)
{
	const auto came = reply<StatsReply>("stats_reply");
	Json counters = Json::object();
	for (const auto& [name, value] : came.counters)
	{
		counters[name] = value;
	}
	Json latencies = Json::object();
	for (const auto& [stage, q] : came.latency_ms)
	{
		latencies[stage] = {{"p50", q.p50}, {"p95", q.p95}, {"p99", q.p99}, {"count", q.count}};
	}
	CHECK_EQUAL(
		Json({{"type", "stats_reply"}, {"request_id", came.request_id}, {"counters", counters}, {"latency_ms", latencies}}),
		expected("stats_reply"));
}

TEST(motion_reads_as_expected)
{
	const auto came = stream<Motion>("motion");
	const Json& wanted = expected("motion");
	CHECK(came.rotations == golden::floats_of(wanted["rotations"]));
	CHECK(came.translations == golden::floats_of(wanted["translations"]));
	CHECK(came.foot_contacts == golden::bytes_from_base64(wanted["foot_contacts"]["base64"].get<std::string>()));
	Json contacts = Json::array();
	for (const Contact& contact : came.contacts)
	{
		contacts.push_back({{"start", contact.start}, {"stop", contact.stop}, {"a", contact.a}, {"b", contact.b}});
	}
	Json told = {
		{"type", "motion"}, {"session", came.session}, {"interaction", came.interaction}, {"revision", came.revision},
		{"start", came.start}, {"count", came.count}, {"rate_hz", came.rate_hz}, {"time_ns", came.time_ns},
		{"contacts", contacts}, {"anchor", json_of(came.anchor)}, {"final", came.final}};
	for (const char* array : {"rotations", "translations", "foot_contacts"})
	{
		told[array] = wanted[array];
	}
	CHECK_EQUAL(told, wanted);
}

TEST(skeleton_status_and_heartbeat_read_as_expected)
{
	check_skeleton(stream<Skeleton>("skeleton"), expected("skeleton"));
	const auto status = stream<Status>("status");
	CHECK_EQUAL(
		Json({{"type", "status"}, {"session", status.session}, {"state", std::string(word_of(status.state))},
			{"time_ns", status.time_ns}, {"interaction", json_of(status.interaction)}, {"frame", json_of(status.frame)},
			{"code", std::string(word_of(status.code.value_or(Code::late)))}, {"message", status.message}}),
		expected("status"));
	CHECK(!status.steps);
	const auto heartbeat = stream<Heartbeat>("heartbeat");
	CHECK_EQUAL(
		Json({{"type", "heartbeat"}, {"session", heartbeat.session}, {"time_ns", heartbeat.time_ns},
			{"play_frame", heartbeat.play_frame}, {"buffered_s", heartbeat.buffered_s}}),
		expected("heartbeat"));
}

TEST(requests_have_the_golden_bytes)
{
	check_bytes(Hello{1, 1, "golden 1.0"}, "hello");
	const std::string session = "s-0001";
	OpenSession open{2, {Character{"Anna", {}}, Character{"Björn", {}}}, 60, Profile::low_latency, session};
	open.characters[0].betas = {0.5, -0.25, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0};
	check_bytes(open, "open_session");
	check_bytes(Cancel{4, session, 7, 0.5}, "cancel");
	check_bytes(Resend{5, session, 120, 150}, "resend");
	check_bytes(Ping{6, 123456789012345}, "ping");
	check_bytes(Stats{7}, "stats");
	check_bytes(CloseSession{8, session}, "close_session");
}

TEST(interact_has_the_golden_bytes)
{
	const Json& wanted = expected("interact");
	Interact interact;
	interact.request_id = 3;
	interact.session = "s-0001";
	const Json& pose = wanted["characters"][0]["pose"];
	const std::vector<float> rotations = golden::floats_of(pose["rotations"]);
	const std::vector<float> translation = golden::floats_of(pose["translation"]);
	interact.characters[0].pose.emplace();
	std::copy(rotations.begin(), rotations.end(), interact.characters[0].pose->rotations.begin());
	std::copy(translation.begin(), translation.end(), interact.characters[0].pose->translation.begin());
	interact.characters[1].root = Root{{1.0, 0.0, -2.5}, -1.5};
	interact.text = wanted["text"].get<std::string>();
	interact.anchor_time = 0.5;
	interact.duration_s = 4.5;
	interact.blend_in_s = 0.25;
	interact.seed = 4294967296;
	interact.steps = 8;
	interact.max_distance_m = 2.5;
	check_bytes(interact, "interact");
}

int main()
{
	return check::run_all();
}
