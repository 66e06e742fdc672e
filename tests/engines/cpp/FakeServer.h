// A server in memory: what a client does is seen without sockets or chance.
#pragma once

#include "Core/Transport/Transport.h"
#include "Core/Wire/MsgpackWriter.h"

#include "Asked.h"
#include "GoldenFiles.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace fake
{

using namespace ponimator;

/** Bytes with another value of a small positive integer field, which is one byte long. */
inline Bytes with_byte(Bytes bytes, const std::string& field, std::uint8_t value)
{
	const auto at = std::search(bytes.begin(), bytes.end(), field.begin(), field.end());
	*(at + static_cast<std::ptrdiff_t>(field.size())) = value;
	return bytes;
}

/** How the server behaves; a test changes it while a client is connected. */
struct Manners
{
	bool is_there = true;
	bool knows_session = true;
	bool answers = true;
	bool refuses_keys = false;
	std::uint8_t protocol = 1;
	std::string refuses_interact_with;
	std::string session = "s-0001";
};

class Server
{
public:
	/** Changes its manners; connections end where it is not there any more. */
	template <class Change>
	void change(Change apply)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		apply(manners_);
		generation_ += manners_.is_there ? 0 : 1;
		changed_.notify_all();
	}

	/** Says something on the stream. */
	void say(Bytes message)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		stream_.push_back(std::move(message));
		changed_.notify_all();
	}

	void reply_with(Bytes message)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		replies_.push_back(std::move(message));
		changed_.notify_all();
	}

	/** All that was asked of one type so far. */
	std::vector<Asked> asked(const std::string& type)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		std::vector<Asked> found;
		for (const Asked& one : asked_)
		{
			if (one.type == type)
			{
				found.push_back(one);
			}
		}
		return found;
	}

	void take(const Bytes& bytes)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		const Asked one = asked_from(bytes);
		asked_.push_back(one);
		if (manners_.answers)
		{
			answer(one);
			changed_.notify_all();
		}
	}

	std::optional<Bytes> next(bool is_stream)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		std::deque<Bytes>& lane = is_stream ? stream_ : replies_;
		if (lane.empty())
		{
			return std::nullopt;
		}
		Bytes bytes = std::move(lane.front());
		lane.pop_front();
		return bytes;
	}

	Standing standing(int generation)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		if (manners_.refuses_keys)
		{
			return Standing::refused;
		}
		if (generation != generation_)
		{
			return Standing::lost;
		}
		return manners_.is_there ? Standing::up : Standing::unreached;
	}

	int connected(bool is_stream)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		if (!is_stream)
		{
			replies_.clear();
			stream_.clear();
		}
		else if (manners_.is_there)
		{
			stream_.push_back(golden::message("skeleton"));
		}
		return generation_;
	}

	void wait(double seconds)
	{
		std::unique_lock<std::mutex> lock(mutex_);
		if (replies_.empty() && stream_.empty())
		{
			changed_.wait_for(lock, std::chrono::duration<double>(seconds));
		}
	}

private:
	void begin(MsgpackWriter& writer, const char* type, std::int64_t request_id, std::uint32_t other_fields)
	{
		writer.map(2 + other_fields);
		writer.string("type");
		writer.string(type);
		writer.string("request_id");
		writer.integer(request_id);
	}

	void refuse(std::int64_t request_id, const std::string& code)
	{
		MsgpackWriter writer;
		begin(writer, "error", request_id, 2);
		writer.string("code");
		writer.string(code);
		writer.string("message");
		writer.string("The server's own words.");
		replies_.push_back(writer.take());
	}

	void answer_with(const char* type, std::int64_t request_id, const std::map<std::string, std::int64_t>& numbers)
	{
		MsgpackWriter writer;
		begin(writer, type, request_id, static_cast<std::uint32_t>(numbers.size()));
		for (const auto& [name, number] : numbers)
		{
			writer.string(name);
			writer.integer(number);
		}
		replies_.push_back(writer.take());
	}

	void answer(const Asked& one)
	{
		const auto id = static_cast<std::uint8_t>(one.request_id);
		if (one.type == "hello")
		{
			replies_.push_back(
				with_byte(with_byte(golden::message("hello_ok"), "request_id", id), "protocol", manners_.protocol));
		}
		else if (one.type == "open_session" && !one.session.empty() && !manners_.knows_session)
		{
			refuse(one.request_id, "unknown_session");
		}
		else if (one.type == "open_session")
		{
			replies_.push_back(opened(id));
		}
		else if (one.type == "ping")
		{
			answer_with("pong", one.request_id, {{"client_time_ns", 0}, {"server_receive_ns", 1}, {"server_send_ns", 1}});
		}
		else if (one.type == "interact" && !manners_.refuses_interact_with.empty())
		{
			refuse(one.request_id, manners_.refuses_interact_with);
		}
		else if (one.type == "interact")
		{
			answer_with("interaction_accepted", one.request_id, {{"interaction", 7}, {"apply_frame", 96}});
		}
		else if (one.type == "cancel")
		{
			answer_with("cancelled", one.request_id, {{"apply_frame", 130}});
		}
		else if (one.type == "resend")
		{
			answer_with("resent", one.request_id, {{"start", one.start}, {"stop", one.stop}, {"blocks", 1}});
		}
		else if (one.type == "close_session")
		{
			replies_.push_back(with_byte(golden::message("session_closed"), "request_id", id));
		}
	}

	Bytes opened(std::uint8_t request_id)
	{
		Bytes bytes = with_byte(golden::message("session_opened"), "request_id", request_id);
		const std::string before = "s-0001";
		for (auto at = bytes.begin(); at != bytes.end();)
		{
			at = std::search(at, bytes.end(), before.begin(), before.end());
			if (at != bytes.end())
			{
				at = std::copy(manners_.session.begin(), manners_.session.end(), at);
			}
		}
		return bytes;
	}

	std::mutex mutex_;
	std::condition_variable changed_;
	Manners manners_;
	int generation_ = 0;
	std::deque<Bytes> replies_;
	std::deque<Bytes> stream_;
	std::vector<Asked> asked_;
};

} // namespace fake
