#pragma once
#include "stand/Editor.h"
