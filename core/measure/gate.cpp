// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/gate.h"

#include <algorithm>

namespace octet::measure {

GateCheck accuracyCheck(const Accuracy& config, const Accuracy& fp32, const Goal& goal)
{
    return {"accuracy", fp32.value - config.value, fp32.value - goal.floor(fp32.value), lossInterval(config, fp32),
        judge(config, fp32, goal)};
}

GateCheck latencyCheck(const Latency& latency, std::optional<double> leastSpeedup)
{
    const auto speedup = [](double ratio) { return ratio > 0 ? 1 / ratio : 0; };
    const double low = speedup(latency.ratioHigh), high = speedup(latency.ratioLow);
    GateCheck check{"latency", speedup(latency.ratioToFp32), leastSpeedup, std::pair(low, high)};
    if (leastSpeedup && low < *leastSpeedup)
        check.verdict = high < *leastSpeedup ? Verdict::Misses : Verdict::TooClose;
    return check;
}

GateCheck coverageCheck(const PrecisionCounts& counts, std::optional<int> leastInt8)
{
    GateCheck check{"coverage", static_cast<double>(counts.int8), leastInt8, {}};
    if (leastInt8 && counts.int8 < *leastInt8)
        check.verdict = Verdict::Misses;
    return check;
}

Verdict worst(const std::vector<GateCheck>& checks)
{
    Verdict result = Verdict::Meets;
    for (const GateCheck& check : checks)
        result = std::max(result, check.verdict);
    return result;
}

} // namespace octet::measure
