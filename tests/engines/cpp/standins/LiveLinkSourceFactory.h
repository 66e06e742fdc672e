#pragma once
#include "stand/LiveLink.h"
