// Stand-ins for Unreal's objects, delegates, actors and components. The macros of its header tool say nothing here.
#pragma once

#include <functional>

#include "Maths.h"

#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UMETA(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define GENERATED_BODY()

class UClass;
struct UScriptStruct;
struct FPropertyChangedEvent {};

class UObject {
public:
    virtual ~UObject() = default;
    virtual bool Modify(bool alwaysMarkDirty = true) { return alwaysMarkDirty; }
};
template <class T>
using TObjectPtr = T*;
// Unreal's asks for the class; here the caller knows it.
template <class T>
T* Cast(UObject* object) {
    return static_cast<T*>(object);
}

// Counts the engine's frames; a test counts it on.
extern uint64 GFrameCounter;

template <class T>
class TWeakObjectPtr {
public:
    TWeakObjectPtr() = default;
    TWeakObjectPtr(T* object) : held(object) {}
    T* Get() const { return held; }
    bool IsValid() const { return held != nullptr; }

private:
    T* held = nullptr;
};

template <class T>
class TSubclassOf {
public:
    TSubclassOf(UClass* type = nullptr) : held(type) {}
    UClass* Get() const { return held; }

private:
    UClass* held;
};

template <class T>
const T* GetDefault() {
    static const T standin;
    return &standin;
}
template <class T>
T* GetMutableDefault() {
    return const_cast<T*>(GetDefault<T>());
}

// Delegates: a test binds functions; in Unreal Blueprints and AddDynamic do.
template <class... Args>
class TStandinMulticast {
public:
    void Broadcast(Args... args) const {
        for (const auto& bound : held) bound(args...);
    }
    void StandinAdd(std::function<void(Args...)> function) { held.push_back(std::move(function)); }

private:
    std::vector<std::function<void(Args...)>> held;
};
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, T1, N1) using Name = TStandinMulticast<T1>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, T1, N1, T2, N2) using Name = TStandinMulticast<T1, T2>

struct FDelegateHandle {
    int standin = 0;
    void Reset() { standin = 0; }
};
template <class... Args>
class TStandinNative {
public:
    template <class T>
    FDelegateHandle AddUObject(T* object, void (T::*method)(Args...)) {
        held.push_back({++last, [object, method](Args... args) { (object->*method)(args...); }});
        return {last};
    }
    void Remove(FDelegateHandle handle) {
        for (auto bound = held.begin(); bound != held.end(); ++bound) {
            if (bound->first == handle.standin) {
                held.erase(bound);
                return;
            }
        }
    }
    void Broadcast(Args... args) const {
        const auto now = held;
        for (const auto& bound : now) bound.second(args...);
    }

private:
    std::vector<std::pair<int, std::function<void(Args...)>>> held;
    int last = 0;
};
#define DECLARE_MULTICAST_DELEGATE_OneParam(Name, T1) using Name = TStandinNative<T1>

// Which class is asked for without run-time type information: one address for each.
template <class T>
const void* StandinType() {
    static const char tag = 0;
    return &tag;
}

class UActorComponent;
class AActor : public UObject {
public:
    const FTransform& GetActorTransform() const { return standinTransform; }
    FVector GetActorForwardVector() const { return standinTransform.TransformVectorNoScale(FVector(1.0, 0.0, 0.0)); }
    FVector GetActorLocation() const { return standinTransform.GetTranslation(); }
    template <class T>
    T* FindComponentByClass() const {
        const auto there = standinComponents.find(StandinType<T>());
        return there == standinComponents.end() ? nullptr : static_cast<T*>(there->second);
    }
    template <class T>
    void StandinAdd(T* component);

    FTransform standinTransform;
    std::unordered_map<const void*, UActorComponent*> standinComponents;
};

namespace EEndPlayReason {
enum Type { Destroyed, Quit };
}
enum ELevelTick { LEVELTICK_All };
struct FActorComponentTickFunction {
    bool bCanEverTick = false;
};

class UActorComponent : public UObject {
public:
    virtual void BeginPlay() {}
    virtual void EndPlay(const EEndPlayReason::Type) {}
    virtual void TickComponent(float, ELevelTick, FActorComponentTickFunction*) {}
    AActor* GetOwner() const { return standinOwner; }

    FActorComponentTickFunction PrimaryComponentTick;
    AActor* standinOwner = nullptr;
};
template <class T>
void AActor::StandinAdd(T* component) {
    component->standinOwner = this;
    standinComponents[StandinType<T>()] = component;
}

class USceneComponent : public UActorComponent {
public:
    const FTransform& GetComponentTransform() const { return standinTransform; }
    FTransform standinTransform;
};

class UDeveloperSettings : public UObject {
public:
    virtual FName GetCategoryName() const { return FName(); }
};

// Meshes.
struct FReferenceSkeleton {
    struct FStandinBone {
        FName name;
        int32 parent;
    };
    int32 GetNum() const { return bones.Num(); }
    FName GetBoneName(int32 index) const { return bones[index].name; }
    int32 GetParentIndex(int32 index) const { return bones[index].parent; }
    const TArray<FTransform>& GetRefBonePose() const { return pose; }

    TArray<FStandinBone> bones;
    TArray<FTransform> pose;
};
class USkinnedAsset : public UObject {
public:
    const FReferenceSkeleton& GetRefSkeleton() const { return standinSkeleton; }
    FReferenceSkeleton standinSkeleton;
};
class USkinnedMeshComponent : public USceneComponent {
public:
    USkinnedAsset* GetSkinnedAsset() const { return standinAsset; }
    int32 GetBoneIndex(FName name) const {
        for (int32 bone = 0; standinAsset != nullptr && bone < standinAsset->standinSkeleton.GetNum(); ++bone) {
            if (standinAsset->standinSkeleton.GetBoneName(bone) == name) return bone;
        }
        return INDEX_NONE;
    }
    // To the world.
    FTransform GetBoneTransform(int32 bone) const { return standinBones[bone]; }
    TArray<FTransform> standinBones;
    USkinnedAsset* standinAsset = nullptr;
};
class UPoseableMeshComponent : public USkinnedMeshComponent {
public:
    void MarkRefreshTransformDirty() { ++standinRefreshes; }
    TArray<FTransform> BoneSpaceTransforms;
    int standinRefreshes = 0;
};
