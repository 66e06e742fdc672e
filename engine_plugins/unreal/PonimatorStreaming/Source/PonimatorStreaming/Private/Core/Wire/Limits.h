// Every number that bounds a message; protocol.md says the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace ponimator::limits
{

constexpr std::size_t kMaxRequestBytes = 64 * 1024;
constexpr std::size_t kMaxReplyBytes = 256 * 1024;
/** The largest block is 512 frames of 1.8 kB. */
constexpr std::size_t kMaxStreamBytes = 2 * 1024 * 1024;
constexpr int kMaxDepth = 16;

constexpr std::size_t kPersonCount = 2;
constexpr std::size_t kBodyJointCount = 22;
constexpr std::size_t kJointCount = 55;
/** Contact points of the feet: left heel, left toe, right heel, right toe. */
constexpr std::size_t kFootCount = 4;
constexpr std::size_t kBetaCount = 10;

constexpr std::size_t kMaxNameCharacters = 64;
constexpr std::size_t kMaxTextCharacters = 1000;
constexpr std::size_t kMaxErrorCharacters = 1000;
constexpr std::int64_t kMinRateHz = 10;
constexpr std::int64_t kMaxRateHz = 120;
constexpr double kMinDurationS = 0.1;
constexpr double kMaxDurationS = 3600.0;
constexpr double kMaxBlendS = 5.0;
constexpr std::int64_t kMaxSteps = 1000;
constexpr double kMaxDistanceM = 100.0;
/** Farther from the world's origin than this, float32 no longer holds a millimetre. */
constexpr double kMaxCoordinateM = 1e4;
constexpr double kMaxYawRad = 1e4;
constexpr double kMaxBeta = 10.0;
constexpr std::int64_t kMaxResendFrames = 3600;
constexpr std::int64_t kMaxBlockFrames = 512;
constexpr std::size_t kMaxContacts = 1024;
/** Entries of the lists and maps that a reply carries for people: models, counters, timings. */
constexpr std::size_t kMaxEntries = 256;
/** How far the length of a quaternion may stand from 1. */
constexpr double kUnitNormTolerance = 1e-3;
constexpr double kMaxReal = 1e15;
constexpr std::int64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinInt64 = std::numeric_limits<std::int64_t>::min();

} // namespace ponimator::limits
