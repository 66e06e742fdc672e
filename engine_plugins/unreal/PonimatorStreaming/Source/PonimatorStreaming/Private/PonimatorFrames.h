// Unreal's types beside the core's: they change the container, Core/Frames.h changes the coordinates.
#pragma once

#include "Core/Frames.h"
#include "Core/Retargeting/Algebra.h"
#include "CoreMinimal.h"

namespace PonimatorFrames
{

template <class Vector>
FVector ToUnreal(const Vector& Metres)
{
	const ponimator::Vector3 Centimetres = ponimator::frames::unreal_from_wire(ponimator::Vector3{
		static_cast<float>(Metres.x), static_cast<float>(Metres.y), static_cast<float>(Metres.z)});
	return FVector(Centimetres.x, Centimetres.y, Centimetres.z);
}

template <class Quaternion>
FQuat RotationToUnreal(const Quaternion& Rotation)
{
	const ponimator::Quaternion Turned = ponimator::frames::unreal_from_wire(ponimator::Quaternion{
		static_cast<float>(Rotation.x), static_cast<float>(Rotation.y), static_cast<float>(Rotation.z),
		static_cast<float>(Rotation.w)});
	FQuat Converted(Turned.x, Turned.y, Turned.z, Turned.w);
	// The wire's precision is single, Unreal checks for unit length in double.
	Converted.Normalize();
	return Converted;
}

inline ponimator::retarget::Vec3 ToWire(const FVector& Centimetres)
{
	const ponimator::Vector3 Metres = ponimator::frames::wire_from_unreal(ponimator::Vector3{
		static_cast<float>(Centimetres.X), static_cast<float>(Centimetres.Y), static_cast<float>(Centimetres.Z)});
	return {Metres.x, Metres.y, Metres.z};
}

inline ponimator::retarget::Quat RotationToWire(const FQuat& Rotation)
{
	const ponimator::Quaternion Turned = ponimator::frames::wire_from_unreal(ponimator::Quaternion{
		static_cast<float>(Rotation.X), static_cast<float>(Rotation.Y), static_cast<float>(Rotation.Z),
		static_cast<float>(Rotation.W)});
	return {Turned.x, Turned.y, Turned.z, Turned.w};
}

} // namespace PonimatorFrames
