#include "PonimatorLiveLinkSource.h"

#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "LiveLinkSourceSettings.h"
#include "PonimatorFrames.h"
#include "Roles/LiveLinkAnimationRole.h"
#include "Roles/LiveLinkAnimationTypes.h"

using ponimator::limits::kJointCount;
using ponimator::limits::kPersonCount;

void FPonimatorLiveLinkSource::ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid)
{
	Client = InClient;
	SourceGuid = InSourceGuid;
	Pushed.Reset();
}

void FPonimatorLiveLinkSource::InitializeSettings(ULiveLinkSourceSettings* Settings)
{
	if (Settings != nullptr)
	{
		Settings->Mode = ELiveLinkSourceMode::Latest;
	}
}

void FPonimatorLiveLinkSource::Update()
{
	if (!Session.IsValid() || Client == nullptr)
	{
		return;
	}
	Session->Pump();
	const TSharedPtr<const ponimator::Skeleton>& Skeleton = Session->GetSkeleton();
	if (!Skeleton.IsValid())
	{
		return;
	}
	if (Pushed.Get() != Skeleton.Get())
	{
		Pushed = Skeleton;
		PushStaticData();
	}
	PushFrames(Session->GetShown());
}

void FPonimatorLiveLinkSource::PushStaticData()
{
	TArray<FName> BoneNames;
	TArray<int32> BoneParents;
	for (size_t Joint = 0; Joint < kJointCount; ++Joint)
	{
		BoneNames.Add(FName(UTF8_TO_TCHAR(Pushed->joints[Joint].c_str())));
		BoneParents.Add(Pushed->parents[Joint]);
	}
	for (size_t Person = 0; Person < kPersonCount; ++Person)
	{
		SubjectNames[Person] = FName(UTF8_TO_TCHAR(Pushed->names[Person].c_str()));
		FLiveLinkStaticDataStruct Data(FLiveLinkSkeletonStaticData::StaticStruct());
		FLiveLinkSkeletonStaticData& Bones = *Data.Cast<FLiveLinkSkeletonStaticData>();
		Bones.SetBoneNames(BoneNames);
		Bones.SetBoneParents(BoneParents);
		Client->PushSubjectStaticData_AnyThread(
			FLiveLinkSubjectKey(SourceGuid, SubjectNames[Person]), ULiveLinkAnimationRole::StaticClass(), MoveTemp(Data));
	}
}

void FPonimatorLiveLinkSource::PushFrames(const ponimator::Shown& Shown)
{
	if (!Shown.persons)
	{
		return;
	}
	for (size_t Person = 0; Person < kPersonCount; ++Person)
	{
		const ponimator::ShownPerson& Body = (*Shown.persons)[Person];
		const float* Rest = Pushed->rest_joints.data() + Person * kJointCount * 3;
		FLiveLinkFrameDataStruct Data(FLiveLinkAnimationFrameData::StaticStruct());
		FLiveLinkAnimationFrameData& Frame = *Data.Cast<FLiveLinkAnimationFrameData>();
		Frame.WorldTime = FPlatformTime::Seconds();
		Frame.Transforms.Reserve(static_cast<int32>(kJointCount));
		for (size_t Joint = 0; Joint < kJointCount; ++Joint)
		{
			const float* Place = Rest + 3 * Joint;
			const int32 Parent = Pushed->parents[Joint];
			const float* Origin = Parent < 0 ? nullptr : Rest + 3 * Parent;
			const ponimator::Vector3 Offset = Origin == nullptr
				? ponimator::Vector3{
					  Place[0] + Body.translation.x, Place[1] + Body.translation.y, Place[2] + Body.translation.z}
				: ponimator::Vector3{Place[0] - Origin[0], Place[1] - Origin[1], Place[2] - Origin[2]};
			Frame.Transforms.Add(FTransform(
				PonimatorFrames::RotationToUnreal(Body.rotations[Joint]), PonimatorFrames::ToUnreal(Offset)));
		}
		Client->PushSubjectFrameData_AnyThread(FLiveLinkSubjectKey(SourceGuid, SubjectNames[Person]), MoveTemp(Data));
	}
}

bool FPonimatorLiveLinkSource::IsSourceStillValid() const
{
	return Client != nullptr && Session.IsValid() && Session->GetConnection() == EPonimatorConnection::Connected;
}

bool FPonimatorLiveLinkSource::RequestSourceShutdown()
{
	// The session ends here unless a component holds it, too; its thread is joined in less than a second.
	Client = nullptr;
	Pushed.Reset();
	Session.Reset();
	return true;
}

FText FPonimatorLiveLinkSource::GetSourceType() const { return NSLOCTEXT("Ponimator", "SourceType", "Ponimator"); }

FText FPonimatorLiveLinkSource::GetSourceMachineName() const
{
	return FText::FromString(Session.IsValid() ? Session->GetEndpoint() : FString());
}

FText FPonimatorLiveLinkSource::GetSourceStatus() const
{
	return Session.IsValid() ? FText::FromString(Session->GetStatus()) : NSLOCTEXT("Ponimator", "Stopped", "Stopped");
}
