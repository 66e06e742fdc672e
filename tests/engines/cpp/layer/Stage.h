// What the tests of the Unreal layer stand on: meshes with the stream's own proportions, a stream, and a Live Link.
#pragma once

#include "Check.h"
#include "FakeServer.h"
#include "FakeTransport.h"

#include "Core/Retargeting/Posing.h"
#include "Core/Wire/Arrays.h"
#include "Core/Wire/Decoding.h"
#include "PonimatorFrames.h"
#include "PonimatorLiveLinkSource.h"
#include "PonimatorRetargetComponent.h"
#include "PonimatorSession.h"

#include <cmath>
#include <functional>

namespace stage
{

using namespace ponimator;

/** Until something is there; a machine that is loaded may take its time. */
inline bool wait_for(const std::function<bool()>& is_there)
{
	for (int tries = 0; tries < 3000; ++tries)
	{
		if (is_there())
		{
			return true;
		}
		std::this_thread::sleep_for(std::chrono::milliseconds(10));
	}
	return false;
}

/** A session on a server in memory. */
inline TSharedPtr<FPonimatorSession> session_on(fake::Server& server)
{
	return MakeShared<FPonimatorSession>(ClientSettings(), [&server] {
		return Result<std::unique_ptr<Transport>>(std::unique_ptr<Transport>(std::make_unique<fake::FakeTransport>(server)));
	});
}

constexpr std::int64_t kFrames = 300;

/** Ten seconds of two bodies that turn and wave, from time 0 of the server in memory. */
inline Bytes motion()
{
	const std::size_t joints = limits::kJointCount;
	std::vector<float> rotations, translations;
	for (std::size_t person = 0; person < 2; ++person)
	{
		for (std::int64_t frame = 0; frame < kFrames; ++frame)
		{
			for (std::size_t index = 0; index < joints; ++index)
			{
				const double angle = 0.2 * std::sin(0.05 * static_cast<double>(frame) + static_cast<double>(index + 3 * person));
				const double axis[3] = {index % 3 == 0 ? 1.0 : 0.0, index % 3 == 1 ? 1.0 : 0.0, index % 3 == 2 ? 1.0 : 0.0};
				for (const double part : axis)
				{
					rotations.push_back(static_cast<float>(std::sin(0.5 * angle) * part));
				}
				rotations.push_back(static_cast<float>(std::cos(0.5 * angle)));
			}
			// Not near each other, so that neither comes to meet the other; off the ground.
			translations.insert(translations.end(), {person == 0 ? 0.5f : 4.0f, 2.0f, 0.25f});
		}
	}
	MsgpackWriter writer;
	writer.map(15);
	const auto number = [&writer](const char* name, std::int64_t value) {
		writer.string(name);
		writer.integer(value);
	};
	writer.string("type");
	writer.string("motion");
	writer.string("session");
	writer.string("s-0001");
	number("interaction", 7);
	number("revision", 1);
	number("start", 0);
	number("count", kFrames);
	number("rate_hz", 30);
	number("time_ns", 0);
	writer.string("rotations");
	writer.bin(bytes_from_floats(rotations.data(), rotations.size()));
	writer.string("translations");
	writer.bin(bytes_from_floats(translations.data(), translations.size()));
	writer.string("foot_contacts");
	writer.bin(Bytes(2 * kFrames * limits::kFootCount, 0));
	writer.string("contacts");
	writer.array(0);
	writer.string("anchor");
	writer.nil();
	writer.string("final");
	writer.boolean(false);
	writer.string("from_the_future");
	writer.nil();
	return writer.take();
}

/** Where the joints of a body stand, as the wire tells it. */
inline retarget::SourceBody body_of(const Skeleton& skeleton, const ShownPerson& person, std::size_t index)
{
	retarget::RestJoints rest;
	retarget::BodyFrame frame;
	for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
	{
		const float* place = skeleton.rest_joints.data() + 3 * (index * limits::kJointCount + joint);
		rest[joint] = {place[0], place[1], place[2]};
		const Quaternion& turn = person.rotations[joint];
		frame.rotations[joint] = {turn.x, turn.y, turn.z, turn.w};
	}
	frame.translation = {person.translation.x, person.translation.y, person.translation.z};
	return retarget::SourceBody::of_frame(frame, rest);
}

/** Transforms to the parent as transforms to the root's space. */
inline TArray<FTransform> composed(const TArray<FTransform>& local, const std::function<int32(int32)>& parent)
{
	TArray<FTransform> whole = local;
	for (int32 bone = 0; bone < whole.Num(); ++bone)
	{
		if (parent(bone) >= 0)
		{
			whole[bone] = whole[bone] * whole[parent(bone)];
		}
	}
	return whole;
}

/** A mesh whose bones are the stream's joints, soles on the ground, under a root bone; its asset may be drawn larger. */
struct Mesh
{
	Mesh(const Skeleton& skeleton, std::size_t person, double asset_scale = 1.0)
	{
		const float* rest = skeleton.rest_joints.data() + 3 * person * limits::kJointCount;
		const float sole = std::min(rest[3 * 10 + 1], rest[3 * 11 + 1]) - 0.027f;
		FReferenceSkeleton& bones = asset.standinSkeleton;
		bones.bones.Add({FName(TEXT("root")), INDEX_NONE});
		bones.pose.Add(FTransform());
		for (std::size_t joint = 0; joint < limits::kJointCount; ++joint)
		{
			const int32 parent = skeleton.parents[joint];
			const float* origin = rest + 3 * std::max(parent, 0);
			const Vector3 offset = parent < 0
				? Vector3{rest[0], rest[1] - sole, rest[2]}
				: Vector3{rest[3 * joint] - origin[0], rest[3 * joint + 1] - origin[1], rest[3 * joint + 2] - origin[2]};
			bones.bones.Add({FName(UTF8_TO_TCHAR(skeleton.joints[joint].c_str())), parent + 1});
			bones.pose.Add(FTransform(FQuat(), PonimatorFrames::ToUnreal(offset) * asset_scale));
			component.JointBones.Add(
				FName(UTF8_TO_TCHAR(skeleton.joints[joint].c_str())), FName(UTF8_TO_TCHAR(skeleton.joints[joint].c_str())));
		}
		component.standinAsset = &asset;
		component.BoneSpaceTransforms = bones.pose;
	}

	/** Where a joint's bone stands in the world. */
	FVector place(std::size_t joint) const
	{
		const TArray<FTransform> bones = composed(component.BoneSpaceTransforms, [this](int32 bone) {
			return asset.standinSkeleton.GetParentIndex(bone);
		});
		return component.GetComponentTransform().TransformPosition(bones[static_cast<int32>(joint) + 1].GetTranslation());
	}

	USkinnedAsset asset;
	UPonimatorRetargetComponent component;
};

inline double apart(const FVector& a, const FVector& b) { return (a - b).Size(); }

/** What was pushed into Live Link. */
class LiveLink final : public ILiveLinkClient
{
public:
	struct Frame
	{
		FName subject;
		double time;
		TArray<FTransform> transforms;
	};

	FGuid AddSource(TSharedPtr<ILiveLinkSource> source) override
	{
		sources.Add(source);
		source->ReceiveClient(this, FGuid{1});
		return FGuid{1};
	}
	void RemoveSource(TSharedPtr<ILiveLinkSource> source) override
	{
		source->RequestSourceShutdown();
		sources.Reset();
	}
	void PushSubjectStaticData_AnyThread(
		const FLiveLinkSubjectKey& key, TSubclassOf<ULiveLinkRole>, FLiveLinkStaticDataStruct&& data) override
	{
		subjects.Add(key.SubjectName.Name);
		skeleton = *data.Cast<FLiveLinkSkeletonStaticData>();
	}
	void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& key, FLiveLinkFrameDataStruct&& data) override
	{
		const FLiveLinkAnimationFrameData& frame = *data.Cast<FLiveLinkAnimationFrameData>();
		frames.push_back({key.SubjectName.Name, frame.WorldTime.GetSourceTime(), frame.Transforms});
	}

	TArray<TSharedPtr<ILiveLinkSource>> sources;
	TArray<FName> subjects;
	FLiveLinkSkeletonStaticData skeleton;
	std::vector<Frame> frames;
};

} // namespace stage
