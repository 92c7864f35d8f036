// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet {

double RangeGrowth::lastChange() const
{
    if (steps.size() < 2)
        return 0;
    const RangeStep &half = steps[steps.size() - 2], &full = steps.back();
    const double width = full.max - full.min;
    const double moved = std::max(std::abs(full.max - half.max), std::abs(full.min - half.min));
    return width > 0 ? moved / width : 0;
}

Sufficiency sufficiency(const CalibrationEvidence& evidence)
{
    Sufficiency result;
    const long n = evidence.samples;
    for (const RangeGrowth& range : evidence.ranges)
        if (const double change = range.lastChange(); change > result.worstChange || result.worstValue.empty()) {
            result.worstChange = change;
            result.worstValue = range.key.value;
        }
    if (evidence.empty()) {
        result.sentence = "No range was collected, so nothing can be said about the number of samples.";
        return result;
    }
    if (n < Sufficiency::fewest) {
        result.suggested = 8 * Sufficiency::fewest;
        result.sentence = fmt::format(
            "{} calibration {} too few to tell; take {}.", n, n == 1 ? "sample is" : "samples are", result.suggested);
        return result;
    }
    result.enough = result.worstChange <= Sufficiency::tolerance;
    const std::size_t count = evidence.ranges.size();
    if (result.enough) {
        result.sentence =
            fmt::format("{} samples are enough: over the last half {} moved more than {:.1f} % (most: {}).", n,
                count == 1 ? "the only range has not" : fmt::format("no range of {}", count), 100 * result.worstChange,
                result.worstValue);
        return result;
    }
    // What still comes halves, roughly, with each doubling.
    const double doublings = std::clamp(std::ceil(std::log2(result.worstChange / Sufficiency::tolerance)), 1.0, 3.0);
    result.suggested = n << static_cast<int>(doublings);
    const auto moving = std::count_if(evidence.ranges.begin(), evidence.ranges.end(),
        [](const RangeGrowth& range) { return range.lastChange() > Sufficiency::tolerance; });
    result.sentence = fmt::format("{} samples are not enough: over the last half the range of {} still moved {:.0f} % "
                                  "({} of {} ranges moved more than {:.0f} %); take {}.",
        n, result.worstValue, 100 * result.worstChange, moving, count, 100 * Sufficiency::tolerance, result.suggested);
    return result;
}

std::vector<std::string> warnings(const CalibrationEvidence& evidence)
{
    std::vector<std::string> lines;
    const ValueEvidence* worst = nullptr;
    std::size_t broken = 0;
    for (const ValueEvidence& value : evidence.values) {
        broken += value.notFinite > 0 ? 1 : 0;
        if (value.notFinite > 0 && (!worst || value.notFinite > worst->notFinite))
            worst = &value;
    }
    if (worst)
        lines.push_back(fmt::format("{} of {} values hold numbers that are not finite, most of all {} ({} of {}); they "
                                    "were left out, check the calibration data.",
            broken, evidence.values.size(), worst->value, worst->notFinite, worst->notFinite + worst->count));

    constexpr std::size_t most = 3;
    std::vector<const RangeGrowth*> driven;
    for (const RangeGrowth& range : evidence.ranges)
        if (range.drivenShare > RangeGrowth::noticeable)
            driven.push_back(&range);
    std::stable_sort(driven.begin(), driven.end(),
        [](const RangeGrowth* a, const RangeGrowth* b) { return a->drivenShare > b->drivenShare; });
    for (std::size_t i = 0; i < std::min(driven.size(), most); ++i)
        lines.push_back(fmt::format("Calibration sample {} alone makes {:.0f} % of the range of {}; look at it, or use "
                                    "a percentile.",
            driven[i]->drivingSample, 100 * driven[i]->drivenShare, driven[i]->key.value));
    if (driven.size() > most)
        lines.push_back(fmt::format("{} more ranges are driven by one sample.", driven.size() - most));
    return lines;
}

} // namespace octet
