#include "PonimatorDetails.h"

#include "DetailCategoryBuilder.h"
#include "DetailLayoutBuilder.h"
#include "DetailWidgetRow.h"
#include "PonimatorComponent.h"
#include "PonimatorRetargetComponent.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "PonimatorEditor"

namespace
{

/** The one object that the panel shows; none where it shows several. */
template <class Component>
TWeakObjectPtr<Component> OnlyOne(IDetailLayoutBuilder& Builder)
{
	TArray<TWeakObjectPtr<UObject>> Objects;
	Builder.GetObjectsBeingCustomized(Objects);
	return Objects.Num() == 1 ? TWeakObjectPtr<Component>(Cast<Component>(Objects[0].Get())) : nullptr;
}

template <class Function>
void AddButton(IDetailCategoryBuilder& Category, const FText& Label, Function Clicked)
{
	Category.AddCustomRow(Label).WholeRowContent()[SNew(SButton).Text(Label).OnClicked_Lambda([Clicked] {
		Clicked();
		return FReply::Handled();
	})];
}

template <class Function>
void AddText(IDetailCategoryBuilder& Category, const FText& Filter, Function Words)
{
	Category.AddCustomRow(Filter)
		.WholeRowContent()[SNew(STextBlock).AutoWrapText(true).Text_Lambda([Words] { return FText::FromString(Words()); })];
}

FString CountersLine(const UPonimatorComponent& Component)
{
	const FPonimatorCounters Counters = Component.GetCounters();
	return FString::Printf(
		TEXT("%lld blocks, %lld gaps, %lld late frames, held %.1f s; delay %.0f ms, buffered %.2f s, way %.1f ms"),
		static_cast<long long>(Counters.Blocks), static_cast<long long>(Counters.Gaps),
		static_cast<long long>(Counters.LateFrames), Counters.HeldSeconds, 1e3 * Counters.DelaySeconds,
		Counters.BufferedSeconds, 1e3 * Counters.RoundTripSeconds);
}

} // namespace

TSharedRef<IDetailCustomization> FPonimatorComponentDetails::MakeInstance()
{
	return MakeShared<FPonimatorComponentDetails>();
}

void FPonimatorComponentDetails::CustomizeDetails(IDetailLayoutBuilder& Builder)
{
	const TWeakObjectPtr<UPonimatorComponent> Component = OnlyOne<UPonimatorComponent>(Builder);
	if (!Component.IsValid())
	{
		return;
	}
	IDetailCategoryBuilder& Category = Builder.EditCategory(FName(TEXT("Ponimator")));
	// Both do nothing unless the game plays.
	AddButton(Category, LOCTEXT("ShakeHands", "Shake hands (while playing)"), [Component] {
		if (UPonimatorComponent* Session = Component.Get())
		{
			Session->Interact(FString(TEXT("two people shake hands")));
		}
	});
	AddButton(Category, LOCTEXT("Cancel", "Cancel (while playing)"), [Component] {
		if (UPonimatorComponent* Session = Component.Get())
		{
			Session->Cancel();
		}
	});
	AddText(Category, LOCTEXT("Counters", "Counters"), [Component] {
		const UPonimatorComponent* Session = Component.Get();
		return Session == nullptr ? FString() : CountersLine(*Session);
	});
}

TSharedRef<IDetailCustomization> FPonimatorRetargetDetails::MakeInstance()
{
	return MakeShared<FPonimatorRetargetDetails>();
}

void FPonimatorRetargetDetails::CustomizeDetails(IDetailLayoutBuilder& Builder)
{
	const TWeakObjectPtr<UPonimatorRetargetComponent> Component = OnlyOne<UPonimatorRetargetComponent>(Builder);
	if (!Component.IsValid())
	{
		return;
	}
	// Asked once: it reads the presets.
	const FString Fault = Component.Get()->GetFault();
	const FString Words = Fault.IsEmpty() ? FString(TEXT("Ready: all needed joints have a bone.")) : Fault;
	AddText(
		Builder.EditCategory(FName(TEXT("Ponimator"))), LOCTEXT("Map", "Joint Bones"), [Words] { return Words; });
}

#undef LOCTEXT_NAMESPACE
