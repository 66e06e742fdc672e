#pragma once
#include "stand/Objects.h"
