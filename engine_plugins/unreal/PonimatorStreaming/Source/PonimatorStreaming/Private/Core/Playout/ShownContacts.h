// Which joints touch at a place of the playout, which are about to, and which have just parted.
#pragma once

#include "Core/Playout/HeldFrames.h"

#include <cstdint>
#include <vector>

namespace ponimator
{

/** Joint `a` of the first person and joint `b` of the second. */
struct ShownContact
{
	std::int32_t a = 0;
	std::int32_t b = 0;
	/** They touch in the frame shown. */
	bool touches = false;
	/** Until they touch; 0 where they do or did. */
	double starts_in_s = 0.0;
	/** Since they parted; 0 where they touch or are going to. */
	double ended_s = 0.0;
};

/** The contacts about a place, in the order of a, b and time; the fade of inverse kinematics needs those to come, too. */
std::vector<ShownContact> shown_contacts(const HeldFrames& frames, const HeldFrame& shown, double place);

} // namespace ponimator
