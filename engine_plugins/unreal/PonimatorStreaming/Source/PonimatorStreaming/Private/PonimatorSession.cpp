#include "PonimatorSession.h"

#include "HAL/RunnableThread.h"

namespace
{

FString WideFrom(const std::string& Words) { return FString(UTF8_TO_TCHAR(Words.c_str())); }

/** "code: message", as far as both are there. */
std::string WithCode(const std::optional<ponimator::Code>& Code, const std::string& Message)
{
	return Code ? std::string(ponimator::word_of(*Code)) + ": " + Message : Message;
}

constexpr double SecondsPerMillisecond = 1e-3;

} // namespace

FPonimatorSession::FPonimatorSession(ponimator::ClientSettings Settings, ponimator::TransportFactory MakeTransport)
	: Client(Settings, std::move(MakeTransport)), Endpoint(WideFrom(Settings.control)), Status(TEXT("Connecting"))
{
	Thread = FRunnableThread::Create(this, TEXT("PonimatorClient"), 0, TPri_AboveNormal);
}

FPonimatorSession::~FPonimatorSession() { Shutdown(); }

uint32 FPonimatorSession::Run()
{
	Client.run();
	return 0;
}

void FPonimatorSession::Stop() { Client.stop(); }

void FPonimatorSession::Shutdown()
{
	if (Thread == nullptr)
	{
		return;
	}
	// Calls Stop and waits.
	Thread->Kill(true);
	delete Thread;
	Thread = nullptr;
	TellConnection(EPonimatorConnection::Stopped, "Stopped");
}

void FPonimatorSession::Pump()
{
	while (const std::optional<ponimator::Event> Event = Client.next_event())
	{
		Hear(*Event);
	}
}

const ponimator::Shown& FPonimatorSession::GetShown()
{
	if (ShownInFrame != GFrameCounter)
	{
		ShownInFrame = GFrameCounter;
		Shown = Client.show();
	}
	return Shown;
}

void FPonimatorSession::Hear(const ponimator::Event& Event)
{
	using namespace ponimator::events;
	if (const auto* IsOpened = std::get_if<Opened>(&Event))
	{
		const TSharedRef<ponimator::Skeleton> Came = MakeShared<ponimator::Skeleton>(IsOpened->skeleton);
		Skeleton = Came;
		TellConnection(EPonimatorConnection::Connected, "Connected, session " + IsOpened->session);
	}
	else if (const auto* IsAccepted = std::get_if<Accepted>(&Event))
	{
		TellInteraction(ponimator::State::accepted, IsAccepted->interaction, "");
	}
	else if (const auto* IsRefused = std::get_if<Refused>(&Event))
	{
		TellInteraction(ponimator::State::failed, 0, WithCode(IsRefused->code, IsRefused->message));
	}
	else if (const auto* IsGone = std::get_if<InteractionLost>(&Event))
	{
		TellInteraction(ponimator::State::failed, 0, WithCode(ponimator::Code::unknown_session, IsGone->message));
	}
	else if (const auto* IsChanged = std::get_if<StateChanged>(&Event))
	{
		const ponimator::Status& Told = IsChanged->status;
		// The answer to a trigger has told already that it was accepted; a change of the diffusion steps is no new state.
		if (Told.state != ponimator::State::accepted && !Told.steps)
		{
			TellInteraction(Told.state, Told.interaction.value_or(0), WithCode(Told.code, Told.message));
		}
	}
	else if (const auto* IsLost = std::get_if<Lost>(&Event))
	{
		TellConnection(EPonimatorConnection::Connecting, IsLost->message);
	}
	else if (const auto* HasEnded = std::get_if<Ended>(&Event))
	{
		TellConnection(EPonimatorConnection::Failed, HasEnded->message);
	}
	else if (const auto* IsBad = std::get_if<BadMessage>(&Event))
	{
		UE_LOG(LogPonimator, Warning, TEXT("%s"), *WideFrom(IsBad->message));
	}
}

void FPonimatorSession::TellConnection(EPonimatorConnection Now, const std::string& Message)
{
	Connection = Now;
	Status = WideFrom(Message);
	if (Now == EPonimatorConnection::Failed)
	{
		UE_LOG(LogPonimator, Error, TEXT("%s: %s"), *Endpoint, *Status);
	}
	else
	{
		UE_LOG(LogPonimator, Log, TEXT("%s: %s"), *Endpoint, *Status);
	}
	FPonimatorEvent Event;
	Event.bOfConnection = true;
	Event.Connection = Now;
	Event.Message = Status;
	OnEvent.Broadcast(Event);
}

void FPonimatorSession::TellInteraction(ponimator::State State, int64 Interaction, const std::string& Message)
{
	FPonimatorEvent Event;
	Event.State = State;
	Event.Interaction = Interaction;
	Event.Message = WideFrom(Message);
	if (State == ponimator::State::failed)
	{
		UE_LOG(LogPonimator, Warning, TEXT("%s: %s"), *Endpoint, *Event.Message);
	}
	OnEvent.Broadcast(Event);
}

FPonimatorCounters FPonimatorSession::GetCounters() const
{
	const ponimator::Counters From = Client.counters();
	FPonimatorCounters To;
	To.Blocks = From.playout.arrived.blocks;
	To.Doubles = From.playout.arrived.doubles;
	To.Gaps = From.playout.arrived.gaps;
	To.Resends = From.resends;
	To.LateFrames = From.playout.arrived.late_frames;
	To.Holds = From.playout.holds;
	To.HeldSeconds = From.playout.held_s;
	To.BadMessages = From.bad_messages;
	To.Reconnections = From.reconnections;
	To.DelaySeconds = From.playout.delay_s;
	To.JitterSeconds = From.playout.jitter_s;
	To.BufferedSeconds = From.playout.buffered_s;
	To.ClockOffsetSeconds = From.clock_offset_ms * SecondsPerMillisecond;
	To.RoundTripSeconds = From.round_trip_ms * SecondsPerMillisecond;
	return To;
}
