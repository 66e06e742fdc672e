#pragma once
#include "stand/Core.h"
