// Stand-ins for the editor's property panel and the two Slate widgets that the plugin puts there.
#pragma once

#include "Objects.h"
#include "Threads.h"

class FReply {
public:
    static FReply Handled() { return FReply(); }
};

class SWidget {
public:
    virtual ~SWidget() = default;
};
class STextBlock : public SWidget {
public:
    std::function<FText()> text;
};
class SButton : public SWidget {
public:
    FText text;
    std::function<FReply()> clicked;
};

// Unreal's SNew(SType).Argument(…): the same words, one builder for each widget.
template <class Widget>
class TStandinNew;
template <>
class TStandinNew<STextBlock> {
public:
    TStandinNew& Text_Lambda(std::function<FText()> text) {
        made->text = std::move(text);
        return *this;
    }
    TStandinNew& AutoWrapText(bool) { return *this; }
    std::shared_ptr<STextBlock> made = std::make_shared<STextBlock>();
};
template <>
class TStandinNew<SButton> {
public:
    TStandinNew& Text(const FText& text) {
        made->text = text;
        return *this;
    }
    TStandinNew& OnClicked_Lambda(std::function<FReply()> clicked) {
        made->clicked = std::move(clicked);
        return *this;
    }
    std::shared_ptr<SButton> made = std::make_shared<SButton>();
};
#define SNew(Widget) TStandinNew<Widget>()

class FDetailWidgetRow {
public:
    FDetailWidgetRow& WholeRowContent() { return *this; }
    template <class Widget>
    FDetailWidgetRow& operator[](const TStandinNew<Widget>& widget) {
        standinWidget = widget.made;
        return *this;
    }
    std::shared_ptr<SWidget> standinWidget;
};
class IDetailCategoryBuilder {
public:
    FDetailWidgetRow& AddCustomRow(const FText&) {
        standinRows.push_back(std::make_unique<FDetailWidgetRow>());
        return *standinRows.back();
    }
    std::vector<std::unique_ptr<FDetailWidgetRow>> standinRows;
};
class IDetailLayoutBuilder {
public:
    IDetailCategoryBuilder& EditCategory(FName) { return standinCategory; }
    void GetObjectsBeingCustomized(TArray<TWeakObjectPtr<UObject>>& objects) { objects = standinObjects; }
    IDetailCategoryBuilder standinCategory;
    TArray<TWeakObjectPtr<UObject>> standinObjects;
};
class IDetailCustomization {
public:
    virtual ~IDetailCustomization() = default;
    virtual void CustomizeDetails(IDetailLayoutBuilder& builder) = 0;
};
class FOnGetDetailCustomizationInstance {
public:
    static FOnGetDetailCustomizationInstance CreateStatic(TSharedRef<IDetailCustomization> (*make)()) {
        FOnGetDetailCustomizationInstance made;
        made.make = make;
        return made;
    }
    TSharedRef<IDetailCustomization> (*make)() = nullptr;
};
class FPropertyEditorModule : public IModuleInterface {
public:
    void RegisterCustomClassLayout(FName type, FOnGetDetailCustomizationInstance instance) {
        standinLayouts.Add(type, instance);
    }
    void UnregisterCustomClassLayout(FName type) { standinUnregistered.Add(type); }
    TMap<FName, FOnGetDetailCustomizationInstance> standinLayouts;
    TArray<FName> standinUnregistered;
};
