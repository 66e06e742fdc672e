// Stand-ins for Unreal's vectors and transforms: left-handed, Z up, centimetres, doubles, as since Unreal 5.
#pragma once

#include <cmath>

#include "Containers.h"

struct FVector {
    double X = 0.0, Y = 0.0, Z = 0.0;
    FVector() = default;
    FVector(double x, double y, double z) : X(x), Y(y), Z(z) {}
    FVector operator+(const FVector& other) const { return {X + other.X, Y + other.Y, Z + other.Z}; }
    FVector operator-(const FVector& other) const { return {X - other.X, Y - other.Y, Z - other.Z}; }
    FVector operator*(double factor) const { return {X * factor, Y * factor, Z * factor}; }
    double Size() const { return std::sqrt(X * X + Y * Y + Z * Z); }
};

struct FQuat {
    double X = 0.0, Y = 0.0, Z = 0.0, W = 1.0;
    FQuat() = default;
    FQuat(double x, double y, double z, double w) : X(x), Y(y), Z(z), W(w) {}
    // As Unreal's: first `other`, then this.
    FQuat operator*(const FQuat& other) const {
        return {W * other.X + X * other.W + Y * other.Z - Z * other.Y,
                W * other.Y - X * other.Z + Y * other.W + Z * other.X,
                W * other.Z + X * other.Y - Y * other.X + Z * other.W,
                W * other.W - X * other.X - Y * other.Y - Z * other.Z};
    }
    void Normalize() {
        const double length = std::sqrt(X * X + Y * Y + Z * Z + W * W);
        *this = FQuat(X / length, Y / length, Z / length, W / length);
    }
    FQuat Inverse() const { return {-X, -Y, -Z, W}; }
    FVector RotateVector(const FVector& vector) const {
        const FQuat turned = *this * FQuat(vector.X, vector.Y, vector.Z, 0.0) * Inverse();
        return {turned.X, turned.Y, turned.Z};
    }
};

class FTransform {
public:
    FTransform() = default;
    FTransform(const FQuat& rotation, const FVector& translation, const FVector& scale = FVector(1.0, 1.0, 1.0))
        : rotation_(rotation), translation_(translation), scale_(scale) {}
    const FQuat& GetRotation() const { return rotation_; }
    FVector GetTranslation() const { return translation_; }
    FVector GetLocation() const { return translation_; }
    FVector GetScale3D() const { return scale_; }
    void SetScale3D(const FVector& scale) { scale_ = scale; }
    // As Unreal's: A * B is first A, then B.
    FTransform operator*(const FTransform& next) const {
        return {next.rotation_ * rotation_, next.TransformPosition(translation_), Times(scale_, next.scale_)};
    }
    FVector TransformPosition(const FVector& position) const {
        return rotation_.RotateVector(Times(position, scale_)) + translation_;
    }
    FVector InverseTransformPosition(const FVector& position) const {
        return Over(rotation_.Inverse().RotateVector(position - translation_), scale_);
    }
    FVector TransformVectorNoScale(const FVector& vector) const { return rotation_.RotateVector(vector); }
    FVector InverseTransformVectorNoScale(const FVector& vector) const {
        return rotation_.Inverse().RotateVector(vector);
    }
    // This, seen from `other`: this = result * other.
    FTransform GetRelativeTransform(const FTransform& other) const {
        return {other.rotation_.Inverse() * rotation_, other.InverseTransformPosition(translation_),
                Over(scale_, other.scale_)};
    }

private:
    static FVector Times(const FVector& a, const FVector& b) { return {a.X * b.X, a.Y * b.Y, a.Z * b.Z}; }
    static FVector Over(const FVector& a, const FVector& b) { return {a.X / b.X, a.Y / b.Y, a.Z / b.Z}; }

    FQuat rotation_;
    FVector translation_;
    FVector scale_ = FVector(1.0, 1.0, 1.0);
};
