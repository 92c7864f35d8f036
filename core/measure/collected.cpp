// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/collected.h"

#include <algorithm>

namespace octet::measure {

SampleEnds::Driver SampleEnds::driver(double min, double max) const
{
    const double width = max - min;
    if (!(width > 0))
        return {};
    const auto loss = [](double end, const End& at) { // an end that was cut below the runner-up loses nothing
        return std::max(0.0, std::min(end, static_cast<double>(at.first)) - static_cast<double>(at.second));
    };
    const double atHigh = loss(max, m_highest), atLow = loss(-min, m_lowest);
    if (atHigh <= 0 && atLow <= 0)
        return {};
    if (m_highest.sample == m_lowest.sample)
        return {m_highest.sample, (atHigh + atLow) / width};
    return atHigh >= atLow ? Driver{m_highest.sample, atHigh / width} : Driver{m_lowest.sample, atLow / width};
}

std::vector<long> checkpoints(long samples)
{
    constexpr std::size_t most = 6;
    constexpr long fewest = 8;
    std::vector<long> counts{samples};
    for (long n = samples / 2; n >= fewest && counts.size() < most; n /= 2)
        counts.push_back(n);
    std::reverse(counts.begin(), counts.end());
    return counts;
}

} // namespace octet::measure
