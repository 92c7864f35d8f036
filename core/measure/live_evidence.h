// SPDX-License-Identifier: GPL-3.0-or-later
// What watched values are like while the calibration data still runs.
#pragma once

#include "core/measure/collected.h"
#include "core/measure/measure.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace octet::measure {

class LiveEvidence
{
public:
    /// `keys`: ranges that are needed; smoothed ones are left out, since they follow from several values.
    LiveEvidence(const Context& context, const std::vector<RangeKey>& keys,
        std::chrono::milliseconds shortest = std::chrono::milliseconds(500));

    /// After each run: tells `context.partial` about the values that `context.watched` names, no more often than `shortest` and
    /// never more than a tenth of the time.
    void seen(long samples, const std::map<std::string, Collected>& collected);

private:
    using Clock = std::chrono::steady_clock;
    void tell(long samples, const std::map<std::string, Collected>& collected, const std::vector<std::string>& values);

    const Context& m_context;
    std::map<RangeKey, RangeGrowth> m_growth;
    Clock::duration m_shortest;
    Clock::time_point m_next;
};

} // namespace octet::measure
