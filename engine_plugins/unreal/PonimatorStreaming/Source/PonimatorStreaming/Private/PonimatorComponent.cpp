#include "PonimatorComponent.h"

#include "Features/IModularFeatures.h"
#include "GameFramework/Actor.h"
#include "ILiveLinkClient.h"
#include "PonimatorDuet.h"
#include "PonimatorFrames.h"
#include "PonimatorLiveLinkSource.h"
#include "PonimatorRetargetComponent.h"
#include "PonimatorSession.h"
#include "PonimatorStreamingModule.h"

namespace
{

ILiveLinkClient* LiveLinkClient()
{
	IModularFeatures& Features = IModularFeatures::Get();
	return Features.IsModularFeatureAvailable(ILiveLinkClient::ModularFeatureName)
		? &Features.GetModularFeature<ILiveLinkClient>(ILiveLinkClient::ModularFeatureName)
		: nullptr;
}

/** Where an actor stands and looks, in the session's space. */
ponimator::Root RootOf(const AActor& Actor, const FTransform& StageToWorld)
{
	const ponimator::retarget::Vec3 Place =
		PonimatorFrames::ToWire(StageToWorld.InverseTransformPosition(Actor.GetActorLocation()));
	const ponimator::retarget::Vec3 Front =
		PonimatorFrames::ToWire(StageToWorld.InverseTransformVectorNoScale(Actor.GetActorForwardVector()));
	ponimator::Root Root;
	// The floor is the stage's: an actor's own origin may be at its feet or, as a capsule's, at its middle.
	Root.position = {Place.x, 0.0, Place.z};
	Root.yaw_rad = std::atan2(Front.x, Front.z);
	return Root;
}

UPonimatorRetargetComponent* MeshOf(const AActor* Actor)
{
	return Actor == nullptr ? nullptr : Actor->FindComponentByClass<UPonimatorRetargetComponent>();
}

} // namespace

UPonimatorComponent::UPonimatorComponent() { PrimaryComponentTick.bCanEverTick = true; }

void UPonimatorComponent::BeginPlay()
{
	UActorComponent::BeginPlay();
	Session = FPonimatorStreamingModule::Get().SessionOf(Endpoint, FirstName, SecondName);
	Hearing = Session->OnEvent.AddUObject(this, &UPonimatorComponent::Hear);
	if (!bLiveLink)
	{
		return;
	}
	if (ILiveLinkClient* Client = LiveLinkClient())
	{
		LiveLinkSource = MakeShared<FPonimatorLiveLinkSource>(Session.ToSharedRef());
		Client->AddSource(LiveLinkSource);
	}
	else
	{
		UE_LOG(LogPonimator, Warning, TEXT("Expected Live Link for the subjects, it is not there: enable its plugin."));
	}
}

void UPonimatorComponent::EndPlay(const EEndPlayReason::Type Reason)
{
	if (LiveLinkSource.IsValid())
	{
		// As the engine goes down Live Link may be gone already.
		if (ILiveLinkClient* Client = LiveLinkClient())
		{
			Client->RemoveSource(LiveLinkSource);
		}
		LiveLinkSource.Reset();
	}
	if (Session.IsValid())
	{
		Session->OnEvent.Remove(Hearing);
		Session.Reset();
	}
	Duet.Reset();
	UActorComponent::EndPlay(Reason);
}

void UPonimatorComponent::TickComponent(
	float DeltaSeconds, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	UActorComponent::TickComponent(DeltaSeconds, TickType, ThisTickFunction);
	if (!Session.IsValid())
	{
		return;
	}
	Session->Pump();
	// What a delegate called may have ended the play.
	if (!Session.IsValid())
	{
		return;
	}
	UPonimatorRetargetComponent* First = MeshOf(FirstCharacter);
	UPonimatorRetargetComponent* Second = MeshOf(SecondCharacter);
	const TSharedPtr<const ponimator::Skeleton>& Skeleton = Session->GetSkeleton();
	if (First == nullptr || Second == nullptr || !Skeleton.IsValid())
	{
		return;
	}
	if (!Duet.IsValid() || !Duet->IsFor(First, Second, Skeleton))
	{
		FString Fault;
		Duet = FPonimatorDuet::Make(*First, *Second, Skeleton, Fault);
		if (Fault != DuetFault)
		{
			DuetFault = Fault;
			if (!Fault.IsEmpty())
			{
				UE_LOG(LogPonimator, Error, TEXT("The characters cannot be driven. %s"), *Fault);
			}
		}
	}
	if (Duet.IsValid())
	{
		Duet->Follow(Session->GetShown(), DeltaSeconds, StageToWorld());
	}
}

bool UPonimatorComponent::Interact(const FString& Text, float DurationSeconds, float BlendInSeconds, int32 Seed)
{
	if (!Session.IsValid())
	{
		return false;
	}
	ponimator::Interact Request;
	Request.text = std::string(TCHAR_TO_UTF8(*Text));
	Request.duration_s = DurationSeconds > 0.0f ? std::optional<double>(DurationSeconds) : std::nullopt;
	Request.blend_in_s = BlendInSeconds;
	Request.seed = Seed >= 0 ? std::optional<std::int64_t>(Seed) : std::nullopt;
	if (bStandWhereActorsStand && FirstCharacter != nullptr && SecondCharacter != nullptr)
	{
		Request.characters[0].root = RootOf(*FirstCharacter, StageToWorld());
		Request.characters[1].root = RootOf(*SecondCharacter, StageToWorld());
		for (size_t Person = 0; Duet.IsValid() && Person < Request.characters.size(); ++Person)
		{
			// A pose outweighs a root.
			Request.characters[Person].pose = Duet->LivePoseOf(Person, StageToWorld());
		}
	}
	Session->Interact(std::move(Request));
	return true;
}

bool UPonimatorComponent::Cancel(float BlendOutSeconds)
{
	if (!Session.IsValid())
	{
		return false;
	}
	Session->Cancel(BlendOutSeconds);
	return true;
}

FPonimatorCounters UPonimatorComponent::GetCounters() const
{
	return Session.IsValid() ? Session->GetCounters() : FPonimatorCounters();
}

EPonimatorConnection UPonimatorComponent::GetConnection() const
{
	return Session.IsValid() ? Session->GetConnection() : EPonimatorConnection::Stopped;
}

void UPonimatorComponent::Hear(const FPonimatorEvent& Event)
{
	if (Event.bOfConnection)
	{
		OnConnection.Broadcast(Event.Connection, Event.Message);
		return;
	}
	switch (Event.State)
	{
	case ponimator::State::accepted: OnAccepted.Broadcast(Event.Interaction, Event.Message); break;
	case ponimator::State::playing: OnPlaying.Broadcast(Event.Interaction, Event.Message); break;
	case ponimator::State::finished: OnFinished.Broadcast(Event.Interaction, Event.Message); break;
	case ponimator::State::cancelled: OnCancelled.Broadcast(Event.Interaction, Event.Message); break;
	case ponimator::State::late: OnLate.Broadcast(Event.Interaction, Event.Message); break;
	case ponimator::State::failed: OnFailed.Broadcast(Event.Interaction, Event.Message); break;
	}
}

FTransform UPonimatorComponent::StageToWorld() const
{
	// Without its scale: the stream is in metres.
	const FTransform& Stage = GetOwner()->GetActorTransform();
	return FTransform(Stage.GetRotation(), Stage.GetTranslation());
}
