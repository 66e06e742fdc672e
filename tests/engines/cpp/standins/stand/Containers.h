// Stand-ins for the containers, strings and pointers of Unreal's Core module: only what the plugin uses of them, with
// the same signatures, so that the plugin's engine layer compiles and runs where no Unreal can be had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

using int32 = std::int32_t;
using int64 = std::int64_t;
using uint8 = std::uint8_t;
using uint32 = std::uint32_t;
using uint64 = std::uint64_t;
#define MAX_uint64 (~uint64(0))
using TCHAR = char16_t;
#define TEXT(x) u##x
#define INDEX_NONE (-1)

// Unreal has these as macros: a core header that uses the words as names would break there, so it breaks here.
#define check(expression) ((void)(expression))
#define verify(expression) ((void)(expression))
#define ensure(expression) (!!(expression))
#define PI (3.1415926535897932f)

template <class T>
constexpr std::remove_reference_t<T>&& MoveTemp(T&& value) {
    return static_cast<std::remove_reference_t<T>&&>(value);
}

std::string NarrowFrom(const TCHAR* text);
std::u16string WideFrom(const char* text);

struct FUtf8FromTchar {
    explicit FUtf8FromTchar(const TCHAR* text) : held(NarrowFrom(text)) {}
    operator const char*() const { return held.c_str(); }
    std::string held;
};
struct FTcharFromUtf8 {
    explicit FTcharFromUtf8(const char* text) : held(WideFrom(text)) {}
    operator const TCHAR*() const { return held.c_str(); }
    std::u16string held;
};
// As Unreal's, these put no brackets around what they are given.
#define TCHAR_TO_UTF8(text) (const char*)FUtf8FromTchar((const TCHAR*)text)
#define UTF8_TO_TCHAR(text) (const TCHAR*)FTcharFromUtf8((const char*)text)

template <class T>
class TArray {
public:
    TArray() = default;
    TArray(std::initializer_list<T> values) : held(values) {}
    int32 Num() const { return static_cast<int32>(held.size()); }
    bool IsEmpty() const { return held.empty(); }
    bool IsValidIndex(int32 index) const { return index >= 0 && index < Num(); }
    int32 Add(T value) {
        held.push_back(std::move(value));
        return Num() - 1;
    }
    void Reserve(int32 count) { held.reserve(static_cast<std::size_t>(count)); }
    void SetNum(int32 count) { held.resize(static_cast<std::size_t>(count)); }
    void Reset() { held.clear(); }
    T& operator[](int32 index) { return held[static_cast<std::size_t>(index)]; }
    const T& operator[](int32 index) const { return held[static_cast<std::size_t>(index)]; }
    T* GetData() { return held.data(); }
    const T* GetData() const { return held.data(); }
    auto begin() { return held.begin(); }
    auto end() { return held.end(); }
    auto begin() const { return held.begin(); }
    auto end() const { return held.end(); }

private:
    std::vector<T> held;
};

class FString {
public:
    FString() = default;
    FString(const TCHAR* text) : held(text) {}
    const TCHAR* operator*() const { return held.c_str(); }
    static FString Printf(const TCHAR* format, ...);
    bool IsEmpty() const { return held.empty(); }
    int32 Len() const { return static_cast<int32>(held.size()); }
    bool operator==(const FString& other) const { return held == other.held; }
    bool operator!=(const FString& other) const { return held != other.held; }
    FString operator+(const FString& other) const { return FString((held + other.held).c_str()); }
    FString operator/(const FString& other) const { return FString((held + u"/" + other.held).c_str()); }
    int32 ParseIntoArray(TArray<FString>& parts, const TCHAR* delimiter, bool cullEmpty = true) const;

private:
    std::u16string held;
};

class FName {
public:
    FName() : held(u"None") {}
    FName(const TCHAR* text) : held(text) {}
    bool operator==(const FName& other) const { return held == other.held; }
    bool operator!=(const FName& other) const { return held != other.held; }
    FString ToString() const { return FString(held.c_str()); }
    bool IsNone() const { return held == u"None"; }
    const std::u16string& StandinText() const { return held; }

private:
    std::u16string held;
};
template <>
struct std::hash<FName> {
    std::size_t operator()(const FName& name) const { return std::hash<std::u16string>()(name.StandinText()); }
};

class FText {
public:
    static FText FromString(const FString& text) {
        FText made;
        made.held = text;
        return made;
    }
    const FString& ToString() const { return held; }

private:
    FString held;
};
#define LOCTEXT(key, text) NSLOCTEXT(LOCTEXT_NAMESPACE, key, text)
#define NSLOCTEXT(space, key, text) (FText::FromString(FString(TEXT(text))))

template <class K, class V>
struct TPair {
    K Key;
    V Value;
};

template <class K, class V>
class TMap {
public:
    int32 Num() const { return static_cast<int32>(held.size()); }
    bool IsEmpty() const { return held.empty(); }
    void Reset() { held.clear(); }
    V& Add(const K& key, V value) {
        if (V* there = Find(key)) return *there = std::move(value);
        held.push_back({key, std::move(value)});
        return held.back().Value;
    }
    V* Find(const K& key) {
        for (TPair<K, V>& pair : held) {
            if (pair.Key == key) return &pair.Value;
        }
        return nullptr;
    }
    const V* Find(const K& key) const { return const_cast<TMap*>(this)->Find(key); }
    auto begin() const { return held.begin(); }
    auto end() const { return held.end(); }

private:
    std::vector<TPair<K, V>> held;
};

enum class ESPMode { NotThreadSafe, ThreadSafe };
template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedRef;
template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedPtr {
public:
    TSharedPtr() = default;
    TSharedPtr(std::nullptr_t) {}
    explicit TSharedPtr(std::shared_ptr<T> pointer) : held(std::move(pointer)) {}
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    TSharedPtr(const TSharedPtr<U, Mode>& other) : held(other.Standin()) {}
    bool IsValid() const { return held != nullptr; }
    explicit operator bool() const { return IsValid(); }
    T* Get() const { return held.get(); }
    T* operator->() const { return held.get(); }
    T& operator*() const { return *held; }
    void Reset() { held.reset(); }
    auto ToSharedRef() const { return TSharedRef<T, Mode>(held); }
    const std::shared_ptr<T>& Standin() const { return held; }

private:
    std::shared_ptr<T> held;
};
template <class T, ESPMode Mode>
class TSharedRef {
public:
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    TSharedRef(const TSharedRef<U, Mode>& other) : held(other.Standin()) {}
    explicit TSharedRef(std::shared_ptr<T> pointer) : held(std::move(pointer)) {}
    T* operator->() const { return held.get(); }
    T& operator*() const { return *held; }
    template <class U, class = std::enable_if_t<std::is_convertible_v<T*, U*>>>
    operator TSharedPtr<U, Mode>() const {
        return TSharedPtr<U, Mode>(std::shared_ptr<U>(held));
    }
    const std::shared_ptr<T>& Standin() const { return held; }

private:
    std::shared_ptr<T> held;
};
template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TWeakPtr {
public:
    TWeakPtr() = default;
    TWeakPtr(const TSharedPtr<T, Mode>& pointer) : held(pointer.Standin()) {}
    TWeakPtr(const TSharedRef<T, Mode>& pointer) : held(pointer.Standin()) {}
    TSharedPtr<T, Mode> Pin() const { return TSharedPtr<T, Mode>(held.lock()); }

private:
    std::weak_ptr<T> held;
};
template <class T, class... Args>
TSharedRef<T> MakeShared(Args&&... args) {
    return TSharedRef<T>(std::make_shared<T>(std::forward<Args>(args)...));
}
