// The smallest test frame that says where and with which values a check failed.
#pragma once

#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace check
{

struct Test
{
	const char* name;
	void (*body)();
};

inline std::vector<Test>& tests()
{
	static std::vector<Test> registered;
	return registered;
}

inline int& failures()
{
	static int count = 0;
	return count;
}

struct Registered
{
	Registered(const char* name, void (*body)()) { tests().push_back({name, body}); }
};

inline void fail(const char* file, int line, const std::string& message)
{
	std::fprintf(stderr, "%s:%d: %s\n", file, line, message.c_str());
	++failures();
}

template <class A, class B>
void equal(const char* file, int line, const char* words, const A& a, const B& b)
{
	if (!(a == b))
	{
		std::ostringstream message;
		message << words << ": " << a << " is not " << b;
		fail(file, line, message.str());
	}
}

inline void near(const char* file, int line, const char* words, double a, double b, double tolerance)
{
	// A NaN is near nothing.
	if (!(std::abs(a - b) <= tolerance))
	{
		std::ostringstream message;
		message.precision(12);
		message << words << ": " << a << " is not within " << tolerance << " of " << b;
		fail(file, line, message.str());
	}
}

/** Runs the tests of this program; how many have failed decides what it returns. */
inline int run_all()
{
	for (const Test& test : tests())
	{
		const int before = failures();
		test.body();
		std::printf("%s  %s\n", failures() == before ? "ok    " : "FAILED", test.name);
		std::fflush(stdout);
	}
	if (tests().empty())
	{
		std::fprintf(stderr, "there is no test in this program\n");
	}
	return failures() == 0 && !tests().empty() ? 0 : 1;
}

} // namespace check

#define TEST(name)                                            \
	static void name();                                       \
	static const check::Registered registered_##name(#name, name); \
	static void name()

#define CHECK(condition)                                    \
	do                                                      \
	{                                                       \
		if (!(condition))                                   \
		{                                                   \
			check::fail(__FILE__, __LINE__, "not " #condition); \
		}                                                   \
	} while (false)

#define CHECK_EQUAL(a, b) check::equal(__FILE__, __LINE__, #a " == " #b, a, b)
#define CHECK_NEAR(a, b, tolerance) check::near(__FILE__, __LINE__, #a " ~ " #b, a, b, tolerance)
