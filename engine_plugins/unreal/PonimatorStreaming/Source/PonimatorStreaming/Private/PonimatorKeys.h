// The key files that `ponimator keys` writes, as the project settings name them.
#pragma once

#include "Core/Transport/Transport.h"
#include "Core/Wire/Result.h"
#include "CoreMinimal.h"

#include <optional>

class UPonimatorSettings;

namespace PonimatorKeys
{

/** The keys of the settings, none where they name none, or why they cannot be read. */
ponimator::Result<std::optional<ponimator::ClientKeys>> KeysOf(const UPonimatorSettings& Settings);

} // namespace PonimatorKeys
