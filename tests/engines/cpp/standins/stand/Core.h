// What CoreMinimal.h brings: no threads, no files, no engine.
#pragma once

#include "Log.h"
#include "Objects.h"
