// A session's two characters as Live Link subjects.
#pragma once

#include "ILiveLinkSource.h"
#include "PonimatorSession.h"

/**
 * Pushes what the session shows, once in each frame of the engine.
 *
 * The playout buffer has put the frames in order, late or not, and interpolated between them; so Live Link is told to
 * take the latest frame and to add no delay of its own.
 */
class FPonimatorLiveLinkSource final : public ILiveLinkSource
{
public:
	explicit FPonimatorLiveLinkSource(TSharedRef<FPonimatorSession> InSession) : Session(InSession) {}

	virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) override;
	virtual void InitializeSettings(ULiveLinkSourceSettings* Settings) override;
	virtual void Update() override;
	virtual bool IsSourceStillValid() const override;
	virtual bool RequestSourceShutdown() override;
	virtual FText GetSourceType() const override;
	virtual FText GetSourceMachineName() const override;
	virtual FText GetSourceStatus() const override;

private:
	void PushStaticData();
	void PushFrames(const ponimator::Shown& Shown);

	TSharedPtr<FPonimatorSession> Session;
	ILiveLinkClient* Client = nullptr;
	FGuid SourceGuid;
	/** Whose static data Live Link has. */
	TSharedPtr<const ponimator::Skeleton> Pushed;
	std::array<FName, ponimator::limits::kPersonCount> SubjectNames;
};
