#include "Core/Client/Backoff.h"

#include <algorithm>

namespace ponimator
{

double Backoff::next_s()
{
	const double delay_s = delay_s_ * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
	delay_s_ = std::min(2.0 * delay_s_, kLongestDelayS);
	return delay_s;
}

void Backoff::reset()
{
	delay_s_ = kFirstDelayS;
}

} // namespace ponimator
