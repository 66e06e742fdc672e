// The golden files of playout, clock and frames: every step as the Python reference took it.
#include "Check.h"
#include "Golden.h"

#include "Core/Client/ServerClock.h"
#include "Core/Frames.h"
#include "Core/Playout/PlayoutBuffer.h"
#include "Core/Wire/Decoding.h"

#include <map>

using namespace ponimator;
using golden::Json;

namespace
{

const Json& playout()
{
	static const Json all = golden::json("playout.json");
	return all;
}

std::shared_ptr<const Motion> block_of(const Json& step)
{
	const Result<StreamMessage> decoded = decode_stream(golden::bytes_from_base64(step["message"].get<std::string>()));
	CHECK_EQUAL(decoded ? "" : decoded.error().message, "");
	return std::make_shared<const Motion>(std::get<Motion>(*decoded));
}

void check_counters(const PlayoutCounters& counters, const Json& wanted)
{
	const double tolerance = playout()["tolerances"]["seconds"].get<double>();
	CHECK_EQUAL(counters.arrived.blocks, wanted["blocks"].get<std::int64_t>());
	CHECK_EQUAL(counters.arrived.doubles, wanted["doubles"].get<std::int64_t>());
	CHECK_EQUAL(counters.arrived.gaps, wanted["gaps"].get<std::int64_t>());
	CHECK_EQUAL(counters.arrived.late_frames, wanted["late_frames"].get<std::int64_t>());
	CHECK_EQUAL(counters.holds, wanted["holds"].get<std::int64_t>());
	CHECK_NEAR(counters.held_s, wanted["held_s"].get<double>(), tolerance);
	CHECK_NEAR(counters.delay_s, wanted["delay_s"].get<double>(), tolerance);
	CHECK_NEAR(counters.jitter_s, wanted["jitter_s"].get<double>(), tolerance);
	CHECK_NEAR(counters.buffered_s, wanted["buffered_s"].get<double>(), tolerance);
}

void check_person(const ShownPerson& person, const Json& step, std::size_t index)
{
	const double metres = playout()["tolerances"]["translation_m"].get<double>();
	const Json& translation = step["translations"][index];
	CHECK_NEAR(double{person.translation.x}, translation[0].get<double>(), metres);
	CHECK_NEAR(double{person.translation.y}, translation[1].get<double>(), metres);
	CHECK_NEAR(double{person.translation.z}, translation[2].get<double>(), metres);
	const double tolerance = playout()["tolerances"]["quaternion"].get<double>();
	for (std::size_t row = 0; row < playout()["joints"].size(); ++row)
	{
		const Quaternion& q = person.rotations[playout()["joints"][row].get<std::size_t>()];
		const Json& wanted = step["rotations"][index][row];
		const double came[4] = {double{q.x}, double{q.y}, double{q.z}, double{q.w}};
		double dot = 0.0;
		for (std::size_t axis = 0; axis < 4; ++axis)
		{
			dot += came[axis] * wanted[axis].get<double>();
		}
		for (std::size_t axis = 0; axis < 4; ++axis)
		{
			// A quaternion and its negative are the same rotation.
			CHECK_NEAR((dot < 0.0 ? -1.0 : 1.0) * came[axis], wanted[axis].get<double>(), tolerance);
		}
	}
	for (std::size_t foot = 0; foot < limits::kFootCount; ++foot)
	{
		CHECK_EQUAL(person.foot_contacts[foot] ? 1 : 0, step["foot_contacts"][index][foot].get<int>());
	}
}

void check_contacts(const std::vector<ShownContact>& contacts, const Json& wanted)
{
	const double seconds = playout()["tolerances"]["place"].get<double>();
	CHECK_EQUAL(contacts.size(), wanted.size());
	for (std::size_t index = 0; index < std::min(contacts.size(), wanted.size()); ++index)
	{
		CHECK_EQUAL(contacts[index].a, wanted[index]["a"].get<int>());
		CHECK_EQUAL(contacts[index].b, wanted[index]["b"].get<int>());
		CHECK_EQUAL(contacts[index].touches, wanted[index]["touches"].get<bool>());
		CHECK_NEAR(contacts[index].starts_in_s, wanted[index]["starts_in_s"].get<double>(), seconds);
		CHECK_NEAR(contacts[index].ended_s, wanted[index]["ended_s"].get<double>(), seconds);
	}
}

void check_shown(PlayoutBuffer& buffer, const Json& step)
{
	const std::map<std::string, PlayState> states = {
		{"waiting", PlayState::waiting}, {"playing", PlayState::playing}, {"resting", PlayState::resting},
		{"holding", PlayState::holding}};
	const Shown shown = buffer.show(step["at_ns"].get<std::int64_t>());
	CHECK(shown.state == states.at(step["state"].get<std::string>()));
	CHECK_EQUAL(shown.place.has_value(), !step["place"].is_null());
	if (shown.place && !step["place"].is_null())
	{
		CHECK_NEAR(*shown.place, step["place"].get<double>(), playout()["tolerances"]["place"].get<double>());
	}
	CHECK_EQUAL(shown.persons.has_value(), step.contains("translations"));
	if (shown.persons && step.contains("translations"))
	{
		CHECK_EQUAL(*shown.interaction, step["interaction"].get<std::int64_t>());
		check_person((*shown.persons)[0], step, 0);
		check_person((*shown.persons)[1], step, 1);
		check_contacts(shown.contacts, step["contacts"]);
	}
	check_counters(buffer.counters(), step["counters"]);
}

void check_added(PlayoutBuffer& buffer, const Json& step)
{
	const std::optional<FrameRange> missing = buffer.add(block_of(step), step["at_ns"].get<std::int64_t>());
	CHECK_EQUAL(missing ? Json({missing->start, missing->stop}) : Json(), step["missing"]);
}

template <class Value>
Value vector_of(const Json& numbers)
{
	return {numbers[0].get<float>(), numbers[1].get<float>(), numbers[2].get<float>()};
}

Quaternion quaternion_of(const Json& numbers)
{
	return {numbers[0].get<float>(), numbers[1].get<float>(), numbers[2].get<float>(), numbers[3].get<float>()};
}

void check_vector(const Vector3& came, const Vector3& wanted, double tolerance)
{
	CHECK_NEAR(double{came.x}, double{wanted.x}, tolerance);
	CHECK_NEAR(double{came.y}, double{wanted.y}, tolerance);
	CHECK_NEAR(double{came.z}, double{wanted.z}, tolerance);
}

void check_quaternion(const Quaternion& came, const Quaternion& wanted, double tolerance)
{
	CHECK_NEAR(double{came.x}, double{wanted.x}, tolerance);
	CHECK_NEAR(double{came.y}, double{wanted.y}, tolerance);
	CHECK_NEAR(double{came.z}, double{wanted.z}, tolerance);
	CHECK_NEAR(double{came.w}, double{wanted.w}, tolerance);
}

} // namespace

TEST(playout_takes_every_golden_step)
{
	CHECK(playout()["scenarios"].size() >= 11);
	for (const Json& scenario : playout()["scenarios"])
	{
		const int before = check::failures();
		PlayoutBuffer buffer;
		for (const Json& step : scenario["steps"])
		{
			const std::string what = step["do"].get<std::string>();
			if (what == "add")
			{
				check_added(buffer, step);
			}
			else if (what == "subscribe")
			{
				buffer.subscribed(step["at_ns"].get<std::int64_t>());
			}
			else
			{
				check_shown(buffer, step);
			}
			if (check::failures() != before)
			{
				std::fprintf(stderr, "in scenario \"%s\" at %lld\n", scenario["name"].get<std::string>().c_str(),
					step["at_ns"].get<long long>());
				break;
			}
		}
	}
}

TEST(clock_takes_every_golden_step)
{
	const Json steps = golden::json("clock.json");
	const auto tolerance_ns = steps["tolerance_ns"].get<double>();
	ServerClock clock;
	for (const Json& step : steps["steps"])
	{
		const std::string what = step["do"].get<std::string>();
		if (what == "connect")
		{
			clock = ServerClock();
		}
		else if (what == "ping")
		{
			CHECK(clock.add({
				step["sent_ns"].get<std::int64_t>(), step["server_receive_ns"].get<std::int64_t>(),
				step["server_send_ns"].get<std::int64_t>(), step["received_ns"].get<std::int64_t>()}));
		}
		else
		{
			const std::int64_t came_ns = clock.offset_ns(step["at_ns"].get<std::int64_t>());
			CHECK_NEAR(static_cast<double>(came_ns - step["offset_ns"].get<std::int64_t>()), 0.0, tolerance_ns);
			CHECK_EQUAL(clock.round_trip_ns(), step["round_trip_ns"].get<std::int64_t>());
		}
	}
}

TEST(a_clock_without_sense_is_no_sample)
{
	ServerClock clock;
	CHECK(!clock.add({0, limits::kMinInt64, limits::kMaxInt64, 10}));
	CHECK_EQUAL(clock.offset_ns(20), 0);
	CHECK_EQUAL(clock.round_trip_ns(), 0);
}

TEST(frames_convert_to_unreal_and_back)
{
	const Json all = golden::json("frames.json");
	const auto metres = all["tolerance"].get<double>();
	// Centimetres, in float32.
	const double centimetres = 100.0 * metres;
	for (const Json& position : all["positions"])
	{
		const Vector3 wire = vector_of<Vector3>(position["canonical"]);
		const Vector3 unreal = vector_of<Vector3>(position["unreal"]);
		check_vector(frames::unreal_from_wire(wire), unreal, centimetres);
		check_vector(frames::wire_from_unreal(unreal), wire, metres);
	}
	for (const Json& rotation : all["quaternions"])
	{
		const Quaternion wire = quaternion_of(rotation["canonical"]);
		const Quaternion unreal = quaternion_of(rotation["unreal"]);
		check_quaternion(frames::unreal_from_wire(wire), unreal, metres);
		check_quaternion(frames::wire_from_unreal(unreal), wire, metres);
	}
	CHECK(all["positions"].size() > 3);
	CHECK(all["quaternions"].size() > 3);
}

int main()
{
	return check::run_all();
}
