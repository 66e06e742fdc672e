// Stand-ins for Live Link's interface, signatures as in Unreal 5.3 to 5.6.
#pragma once

#include "Objects.h"
#include "Threads.h"

struct FGuid {
    uint32 standin = 0;
};
struct FLiveLinkSubjectName {
    FName Name;
    FLiveLinkSubjectName() = default;
    FLiveLinkSubjectName(FName name) : Name(name) {}
};
struct FLiveLinkSubjectKey {
    FGuid Source;
    FLiveLinkSubjectName SubjectName;
    FLiveLinkSubjectKey() = default;
    FLiveLinkSubjectKey(FGuid source, FName name) : Source(source), SubjectName(name) {}
};

struct FLiveLinkWorldTime {
    FLiveLinkWorldTime() = default;
    FLiveLinkWorldTime(const double time) : held(time) {}
    double GetSourceTime() const { return held; }

private:
    double held = 0.0;
};
struct FLiveLinkBaseStaticData {};
struct FLiveLinkSkeletonStaticData : FLiveLinkBaseStaticData {
    static UScriptStruct* StaticStruct() { return nullptr; }
    const TArray<FName>& GetBoneNames() const { return BoneNames; }
    void SetBoneNames(const TArray<FName>& names) { BoneNames = names; }
    const TArray<int32>& GetBoneParents() const { return BoneParents; }
    void SetBoneParents(const TArray<int32>& parents) { BoneParents = parents; }
    TArray<FName> BoneNames;
    TArray<int32> BoneParents;
};
struct FLiveLinkBaseFrameData {
    FLiveLinkWorldTime WorldTime;
};
struct FLiveLinkAnimationFrameData : FLiveLinkBaseFrameData {
    static UScriptStruct* StaticStruct() { return nullptr; }
    TArray<FTransform> Transforms;
};

// Unreal's owns memory of the struct's type; this one holds the one type used here.
template <class Held>
class TStandinDataStruct {
public:
    explicit TStandinDataStruct(const UScriptStruct*) : held(std::make_unique<Held>()) {}
    TStandinDataStruct(TStandinDataStruct&&) = default;
    TStandinDataStruct& operator=(TStandinDataStruct&&) = default;
    template <class T>
    T* Cast() {
        return static_cast<T*>(held.get());
    }

private:
    std::unique_ptr<Held> held;
};
using FLiveLinkStaticDataStruct = TStandinDataStruct<FLiveLinkSkeletonStaticData>;
using FLiveLinkFrameDataStruct = TStandinDataStruct<FLiveLinkAnimationFrameData>;

class ULiveLinkRole : public UObject {};
class ULiveLinkAnimationRole : public ULiveLinkRole {
public:
    static UClass* StaticClass() { return nullptr; }
};

enum class ELiveLinkSourceMode : uint8 { Latest, EngineTime, Timecode };
class ULiveLinkSourceSettings : public UObject {
public:
    ELiveLinkSourceMode Mode = ELiveLinkSourceMode::EngineTime;
};

class ILiveLinkSource;
class ILiveLinkClient {
public:
    static const FName ModularFeatureName;
    virtual ~ILiveLinkClient() = default;
    virtual FGuid AddSource(TSharedPtr<ILiveLinkSource> source) = 0;
    virtual void RemoveSource(TSharedPtr<ILiveLinkSource> source) = 0;
    virtual void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& key, TSubclassOf<ULiveLinkRole> role,
                                                 FLiveLinkStaticDataStruct&& data) = 0;
    virtual void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& key, FLiveLinkFrameDataStruct&& data) = 0;
};

class ILiveLinkSource {
public:
    virtual ~ILiveLinkSource() = default;
    virtual void ReceiveClient(ILiveLinkClient* client, FGuid guid) = 0;
    virtual void InitializeSettings(ULiveLinkSourceSettings*) {}
    virtual void Update() {}
    virtual bool CanBeDisplayedInUI() const { return true; }
    virtual bool IsSourceStillValid() const = 0;
    virtual bool RequestSourceShutdown() = 0;
    virtual FText GetSourceType() const = 0;
    virtual FText GetSourceMachineName() const = 0;
    virtual FText GetSourceStatus() const = 0;
};

class ULiveLinkSourceFactory : public UObject {
public:
    enum class EMenuType { SubPanel, MenuEntry, Disabled };
    virtual FText GetSourceDisplayName() const = 0;
    virtual FText GetSourceTooltip() const = 0;
    virtual EMenuType GetMenuType() const { return EMenuType::Disabled; }
    virtual TSharedPtr<ILiveLinkSource> CreateSource(const FString&) const { return nullptr; }
};

class IModularFeatures {
public:
    static IModularFeatures& Get();
    bool IsModularFeatureAvailable(const FName&) const { return standinClient != nullptr; }
    template <class T>
    T& GetModularFeature(const FName&) {
        return *standinClient;
    }
    ILiveLinkClient* standinClient = nullptr;
};
