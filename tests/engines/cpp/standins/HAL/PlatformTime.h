#pragma once
#include "stand/Threads.h"
