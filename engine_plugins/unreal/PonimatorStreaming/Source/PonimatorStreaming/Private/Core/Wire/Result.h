// Errors as values: the core is compiled without exceptions.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace ponimator
{

/** What kind of failure an Error tells of. */
enum class ErrorKind
{
	too_large,
	malformed,
	unknown_type,
	unsupported_protocol,
	invalid,
	library_missing,
	transport,
};

/** A failure. Its message says what was expected, what came, and what to do. */
struct Error
{
	ErrorKind kind = ErrorKind::malformed;
	std::string message;
};

/** A value, or why there is none. */
template <class T>
class [[nodiscard]] Result
{
public:
	Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
	Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

	explicit operator bool() const { return content_.index() == 0; }

	/** The value; only where there is one. */
	T& operator*() { return *std::get_if<0>(&content_); }
	const T& operator*() const { return *std::get_if<0>(&content_); }
	T* operator->() { return std::get_if<0>(&content_); }
	const T* operator->() const { return std::get_if<0>(&content_); }

	/** The failure; only where there is one. */
	const Error& error() const { return *std::get_if<1>(&content_); }

private:
	std::variant<T, Error> content_;
};

} // namespace ponimator
