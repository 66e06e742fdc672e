// What the editor shows of the two components beyond their properties: buttons, and how they fare.
#pragma once

#include "CoreMinimal.h"
#include "IDetailCustomization.h"

/** The session: what to ask it for while the game plays, and its counters. */
class FPonimatorComponentDetails final : public IDetailCustomization
{
public:
	static TSharedRef<IDetailCustomization> MakeInstance();
	virtual void CustomizeDetails(IDetailLayoutBuilder& Builder) override;
};

/** The mesh: a proposal for its bones, and what is missing. */
class FPonimatorRetargetDetails final : public IDetailCustomization
{
public:
	static TSharedRef<IDetailCustomization> MakeInstance();
	virtual void CustomizeDetails(IDetailLayoutBuilder& Builder) override;
};
