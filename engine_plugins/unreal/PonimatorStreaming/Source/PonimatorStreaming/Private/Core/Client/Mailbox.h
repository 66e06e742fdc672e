// A queue between two threads.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace ponimator
{

/** First in, first out; the oldest goes where nobody takes anything out. */
template <class T>
class Mailbox
{
public:
	explicit Mailbox(std::size_t capacity) : capacity_(capacity) {}

	void push(T item)
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		items_.push_back(std::move(item));
		if (items_.size() > capacity_)
		{
			items_.pop_front();
		}
	}

	/** The oldest item. */
	std::optional<T> pop()
	{
		const std::lock_guard<std::mutex> lock(mutex_);
		if (items_.empty())
		{
			return std::nullopt;
		}
		std::optional<T> item(std::move(items_.front()));
		items_.pop_front();
		return item;
	}

private:
	const std::size_t capacity_;
	std::mutex mutex_;
	std::deque<T> items_;
};

} // namespace ponimator
