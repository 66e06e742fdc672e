#include "Modules/ModuleManager.h"
#include "PonimatorDetails.h"
#include "PropertyEditorModule.h"

namespace
{

const TCHAR* const PropertyEditor = TEXT("PropertyEditor");

} // namespace

/** Tells the property panel how the plugin's components are shown. */
class FPonimatorStreamingEditorModule final : public IModuleInterface
{
public:
	virtual void StartupModule() override
	{
		FPropertyEditorModule& Panel = FModuleManager::LoadModuleChecked<FPropertyEditorModule>(PropertyEditor);
		Panel.RegisterCustomClassLayout(
			FName(TEXT("PonimatorComponent")),
			FOnGetDetailCustomizationInstance::CreateStatic(&FPonimatorComponentDetails::MakeInstance));
		Panel.RegisterCustomClassLayout(
			FName(TEXT("PonimatorRetargetComponent")),
			FOnGetDetailCustomizationInstance::CreateStatic(&FPonimatorRetargetDetails::MakeInstance));
	}

	virtual void ShutdownModule() override
	{
		// As the editor closes the panel may be gone already.
		if (FPropertyEditorModule* Panel = FModuleManager::GetModulePtr<FPropertyEditorModule>(PropertyEditor))
		{
			Panel->UnregisterCustomClassLayout(FName(TEXT("PonimatorComponent")));
			Panel->UnregisterCustomClassLayout(FName(TEXT("PonimatorRetargetComponent")));
		}
	}
};

IMPLEMENT_MODULE(FPonimatorStreamingEditorModule, PonimatorStreamingEditor)
