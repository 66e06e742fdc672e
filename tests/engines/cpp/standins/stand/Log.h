// Stand-in for Unreal's log.
#pragma once

#include "Containers.h"

// A test reads what was logged.
struct FStandinLog {
    static std::vector<std::string>& Lines();
    template <class... Args>
    static void Write(const char* verbosity, const TCHAR* format, const Args&... args) {
        std::string line = std::string(verbosity) + ": " + NarrowFrom(format);
        (Append(line, args), ...);
        Lines().push_back(line);
    }

private:
    static void Append(std::string& line, const TCHAR* text) { line += " | " + NarrowFrom(text); }
    template <class T>
    static void Append(std::string& line, const T& number) { line += " | " + std::to_string(number); }
};
#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, Compiled) extern int StandinLogCategory##Name
#define DEFINE_LOG_CATEGORY(Name) int StandinLogCategory##Name = 0
#define UE_LOG(Name, Verbosity, Format, ...)              \
    do {                                                  \
        (void)StandinLogCategory##Name;                   \
        FStandinLog::Write(#Verbosity, Format, ##__VA_ARGS__); \
    } while (false)
