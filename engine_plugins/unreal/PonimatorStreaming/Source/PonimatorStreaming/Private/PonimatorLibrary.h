// libzmq, as it lies in the plugin's folder.
#pragma once

#include "Core/Transport/ZmqApi.h"
#include "Core/Wire/Result.h"
#include "CoreMinimal.h"

namespace PonimatorLibrary
{

/** Where the library of this platform lies under the plugin's folder. */
FString PathOf(const FString& PluginDir);

/**
 * Opens the library.
 *
 * It stays open until the program ends: a thread of the library may run its code after the last session is gone.
 */
ponimator::Result<ponimator::ZmqApi> Open(const FString& Path);

} // namespace PonimatorLibrary
