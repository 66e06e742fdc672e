// Stand-ins for Unreal's threads, clock, files, modules and log.
#pragma once

#include <chrono>
#include <thread>

#include "Containers.h"

class FRunnable {
public:
    virtual ~FRunnable() = default;
    virtual bool Init() { return true; }
    virtual uint32 Run() = 0;
    virtual void Stop() {}
    virtual void Exit() {}
};

enum EThreadPriority { TPri_Normal, TPri_AboveNormal };

class FRunnableThread {
public:
    static FRunnableThread* Create(FRunnable* runnable, const TCHAR* name, uint32 stackSize = 0,
                                   EThreadPriority priority = TPri_Normal);
    virtual ~FRunnableThread() { Kill(true); }
    virtual bool Kill(bool wait = true);
    virtual void WaitForCompletion();
    // Threads made and not yet ended: what a test of the teardown counts.
    static int StandinRunning();

private:
    FRunnable* runnable_ = nullptr;
    std::thread thread_;
};

struct FPlatformTime {
    static double Seconds() {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
};
struct FPlatformProcess {
    static const TCHAR* ComputerName() { return TEXT("standin"); }
    static void PushDllDirectory(const TCHAR*) {}
    static void PopDllDirectory(const TCHAR*) {}
    static void* GetDllHandle(const TCHAR* path);
    static void* GetDllExport(void* library, const TCHAR* name);
};

struct FPaths {
    static FString GetPath(const FString& path);
    static FString ProjectDir() { return FString(); }
    static FString ConvertRelativePathToFull(const FString& base, const FString& path) { return base + path; }
};
struct FFileHelper {
    static bool LoadFileToString(FString& text, const TCHAR* path);
};
class IFileManager {
public:
    static IFileManager& Get();
    void FindFiles(TArray<FString>& names, const TCHAR* pattern, bool files, bool directories);
};

class IPlugin {
public:
    FString GetBaseDir() const { return base; }
    FString base;
};
class IPluginManager {
public:
    static IPluginManager& Get();
    TSharedPtr<IPlugin> FindPlugin(const FString& name);
    // Where the stand-in says that the plugin lies.
    FString standinBaseDir;
};

class IModuleInterface {
public:
    virtual ~IModuleInterface() = default;
    virtual void StartupModule() {}
    virtual void ShutdownModule() {}
};
class FModuleManager {
public:
    static FModuleManager& Get();
    template <class T>
    static T& LoadModuleChecked(const TCHAR* name) {
        return *static_cast<T*>(Get().Standin(name));
    }
    template <class T>
    static T* GetModulePtr(const TCHAR* name) {
        return static_cast<T*>(Get().Standin(name));
    }
    IModuleInterface* Standin(const std::u16string& name) {
        const auto there = modules.find(name);
        return there == modules.end() ? nullptr : there->second.get();
    }
    std::unordered_map<std::u16string, std::unique_ptr<IModuleInterface>> modules;
};
#define IMPLEMENT_MODULE(Class, Name) \
    IModuleInterface* StandinMake##Name() { return new Class(); }
