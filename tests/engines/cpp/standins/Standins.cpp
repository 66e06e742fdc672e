// What of the stand-ins needs a place of its own.
#include <dirent.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "stand/Core.h"
#include "stand/LiveLink.h"
#include "stand/Threads.h"

namespace {

std::atomic<int> running_threads{0};

}  // namespace

std::string NarrowFrom(const TCHAR* text) {
    std::string narrow;
    for (; *text != 0; ++text) {
        const unsigned point = *text;  // no surrogates in the tests
        if (point < 0x80) {
            narrow += static_cast<char>(point);
        } else if (point < 0x800) {
            narrow += static_cast<char>(0xc0 | (point >> 6));
            narrow += static_cast<char>(0x80 | (point & 0x3f));
        } else {
            narrow += static_cast<char>(0xe0 | (point >> 12));
            narrow += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
            narrow += static_cast<char>(0x80 | (point & 0x3f));
        }
    }
    return narrow;
}

std::u16string WideFrom(const char* text) {
    std::u16string wide;
    while (*text != 0) {
        const auto lead = static_cast<unsigned char>(*text++);
        unsigned point = lead;
        int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : 2;
        if (more > 0) point = lead & (more == 1 ? 0x1fu : 0x0fu);
        for (; more > 0; --more) point = (point << 6) | (static_cast<unsigned char>(*text++) & 0x3fu);
        wide += static_cast<char16_t>(point);
    }
    return wide;
}

int32 FString::ParseIntoArray(TArray<FString>& parts, const TCHAR* delimiter, bool cullEmpty) const {
    parts.Reset();
    const std::u16string between = delimiter;
    for (std::size_t start = 0; start <= held.size();) {
        const std::size_t stop = std::min(held.find(between, start), held.size());
        if (stop > start || !cullEmpty) parts.Add(FString(held.substr(start, stop - start).c_str()));
        start = stop + between.size();
    }
    return parts.Num();
}

FString FString::Printf(const TCHAR* format, ...) {
    std::va_list values;
    va_start(values, format);
    char line[512];
    std::vsnprintf(line, sizeof(line), NarrowFrom(format).c_str(), values);
    va_end(values);
    return FString(WideFrom(line).c_str());
}

uint64 GFrameCounter = 0;

FString FPaths::GetPath(const FString& path) {
    const std::string whole = NarrowFrom(*path);
    return FString(WideFrom(whole.substr(0, whole.rfind('/')).c_str()).c_str());
}

FRunnableThread* FRunnableThread::Create(FRunnable* runnable, const TCHAR*, uint32, EThreadPriority) {
    auto* made = new FRunnableThread();
    made->runnable_ = runnable;
    ++running_threads;
    made->thread_ = std::thread([runnable] {
        if (runnable->Init()) runnable->Run();
        runnable->Exit();
        --running_threads;
    });
    return made;
}

bool FRunnableThread::Kill(bool wait) {
    if (runnable_ != nullptr) runnable_->Stop();
    runnable_ = nullptr;
    if (wait) WaitForCompletion();
    return true;
}

void FRunnableThread::WaitForCompletion() {
    if (thread_.joinable()) thread_.join();
}

int FRunnableThread::StandinRunning() { return running_threads; }

void* FPlatformProcess::GetDllHandle(const TCHAR* path) { return dlopen(NarrowFrom(path).c_str(), RTLD_NOW | RTLD_LOCAL); }
void* FPlatformProcess::GetDllExport(void* library, const TCHAR* name) { return dlsym(library, NarrowFrom(name).c_str()); }

bool FFileHelper::LoadFileToString(FString& text, const TCHAR* path) {
    std::ifstream file(NarrowFrom(path));
    std::ostringstream read;
    read << file.rdbuf();
    text = FString(WideFrom(read.str().c_str()).c_str());
    return static_cast<bool>(file);
}

IFileManager& IFileManager::Get() {
    static IFileManager standin;
    return standin;
}
// Of a pattern only "folder/*.ending" is known here.
void IFileManager::FindFiles(TArray<FString>& names, const TCHAR* pattern, bool, bool) {
    const std::string whole = NarrowFrom(pattern);
    const std::size_t cut = whole.rfind('/');
    const std::string ending = whole.substr(cut + 2);
    if (DIR* folder = opendir(whole.substr(0, cut).c_str())) {
        while (const dirent* entry = readdir(folder)) {
            const std::string name = entry->d_name;
            if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
                names.Add(FString(WideFrom(name.c_str()).c_str()));
            }
        }
        closedir(folder);
    }
}

IPluginManager& IPluginManager::Get() {
    static IPluginManager standin;
    return standin;
}
TSharedPtr<IPlugin> IPluginManager::FindPlugin(const FString&) {
    const auto plugin = std::make_shared<IPlugin>();
    plugin->base = standinBaseDir;
    return TSharedPtr<IPlugin>(plugin);
}
FModuleManager& FModuleManager::Get() {
    static FModuleManager standin;
    return standin;
}
std::vector<std::string>& FStandinLog::Lines() {
    static std::vector<std::string> lines;
    return lines;
}

const FName ILiveLinkClient::ModularFeatureName(TEXT("ILiveLinkClient"));
IModularFeatures& IModularFeatures::Get() {
    static IModularFeatures standin;
    return standin;
}
