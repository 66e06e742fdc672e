// Between the wire's frame and Unreal's: the only place of the plugin that converts coordinates.
//
// Wire: right-handed, Y up, a person at rest faces +Z with the left hand at +X; metres.
// Unreal component space: left-handed, Z up, a person at rest faces +Y; centimetres.
#pragma once

namespace ponimator
{

/** A position or a displacement. */
struct Vector3
{
	float x = 0.0f;
	float y = 0.0f;
	float z = 0.0f;
};

/** A rotation as a unit quaternion, in the order of the wire. */
struct Quaternion
{
	float x = 0.0f;
	float y = 0.0f;
	float z = 0.0f;
	float w = 1.0f;
};

namespace frames
{

constexpr float kCentimetresPerMetre = 100.0f;

/** A position in Unreal's component space (cm) from one on the wire (m). */
constexpr Vector3 unreal_from_wire(const Vector3& metres)
{
	return {metres.x * kCentimetresPerMetre, metres.z * kCentimetresPerMetre, metres.y * kCentimetresPerMetre};
}

/** A position on the wire (m) from one in Unreal's component space (cm). */
constexpr Vector3 wire_from_unreal(const Vector3& centimetres)
{
	return {centimetres.x / kCentimetresPerMetre, centimetres.z / kCentimetresPerMetre, centimetres.y / kCentimetresPerMetre};
}

/** A rotation in Unreal's component space from one on the wire: two axes are exchanged, which mirrors the turn. */
constexpr Quaternion unreal_from_wire(const Quaternion& rotation)
{
	return {-rotation.x, -rotation.z, -rotation.y, rotation.w};
}

/** A rotation on the wire from one in Unreal's component space; the mapping is its own inverse. */
constexpr Quaternion wire_from_unreal(const Quaternion& rotation)
{
	return unreal_from_wire(rotation);
}

} // namespace frames
} // namespace ponimator
