// One session on a server: the core's client on a thread of its own, read by the game thread.
#pragma once

#include "Core/Client/Client.h"
#include "CoreMinimal.h"
#include "HAL/Runnable.h"
#include "PonimatorTypes.h"

class FRunnableThread;

/** What a session tells the game: an interaction, or the connection, has come to a state. */
struct FPonimatorEvent
{
	/** Of the connection; an interaction's otherwise. */
	bool bOfConnection = false;
	EPonimatorConnection Connection = EPonimatorConnection::Stopped;
	ponimator::State State = ponimator::State::accepted;
	int64 Interaction = 0;
	FString Message;
};

DECLARE_MULTICAST_DELEGATE_OneParam(FPonimatorEventDelegate, const FPonimatorEvent&);

/**
 * The thread lives as long as the object. Run and Stop are the thread's; all else is the game thread's.
 */
class FPonimatorSession final : public FRunnable
{
public:
	FPonimatorSession(ponimator::ClientSettings Settings, ponimator::TransportFactory MakeTransport);
	virtual ~FPonimatorSession() override;

	/** Tells what has happened since the last call; whoever holds the session calls it once a frame. */
	void Pump();

	/** Both bodies at rest; null before the first connection. It is another object for another session on the server. */
	const TSharedPtr<const ponimator::Skeleton>& GetSkeleton() const { return Skeleton; }

	/** What is shown in this frame of the engine: one pose for all who ask in it. */
	const ponimator::Shown& GetShown();

	/** Puts a request on its way; the answer comes as an event. */
	void Interact(ponimator::Interact Request) { Client.trigger(std::move(Request)); }
	void Cancel(double BlendOutSeconds) { Client.cancel(std::nullopt, BlendOutSeconds); }

	/** Ends the thread and waits for it: less than a second, whatever the server does. */
	void Shutdown();

	EPonimatorConnection GetConnection() const { return Connection; }
	/** One line for people: where the connection stands, and why. */
	const FString& GetStatus() const { return Status; }
	const FString& GetEndpoint() const { return Endpoint; }
	FPonimatorCounters GetCounters() const;

	FPonimatorEventDelegate OnEvent;

	virtual uint32 Run() override;
	virtual void Stop() override;

private:
	void Hear(const ponimator::Event& Event);
	void TellConnection(EPonimatorConnection Now, const std::string& Message);
	void TellInteraction(ponimator::State State, int64 Interaction, const std::string& Message);

	ponimator::Client Client;
	const FString Endpoint;
	FRunnableThread* Thread = nullptr;
	TSharedPtr<const ponimator::Skeleton> Skeleton;
	ponimator::Shown Shown;
	uint64 ShownInFrame = MAX_uint64;
	EPonimatorConnection Connection = EPonimatorConnection::Connecting;
	FString Status;
};
