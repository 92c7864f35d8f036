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

const ValueEvidence* CalibrationEvidence::value(const std::string& name) const
{
    const auto it = std::ranges::find(values, name, &ValueEvidence::value);
    return it == values.end() ? nullptr : &*it;
}

const RangeGrowth* CalibrationEvidence::range(const RangeKey& key) const
{
    const auto it = std::ranges::find(ranges, key, &RangeGrowth::key);
    return it == ranges.end() ? nullptr : &*it;
}

namespace {

/// Both by the same key, ascending; what is in both comes from `later`.
template <typename T, typename Key>
void merge(std::vector<T>& known, const std::vector<T>& later, Key T::*key)
{
    std::vector<T> all = later;
    for (T& entry : known)
        if (std::ranges::find(later, entry.*key, key) == later.end())
            all.push_back(std::move(entry));
    std::ranges::sort(all, {}, key);
    known = std::move(all);
}

long suggestedSamples(long samples, double change)
{
    // What still comes halves, roughly, with each doubling.
    const double doublings = std::clamp(std::ceil(std::log2(change / Sufficiency::tolerance)), 1.0, 3.0);
    return samples << static_cast<int>(doublings);
}

void saySoFew(Sufficiency& result, long samples)
{
    result.suggested = 8 * Sufficiency::fewest;
    result.sentence = fmt::format("{} calibration {} too few to tell; take {}.", samples,
        samples == 1 ? "sample is" : "samples are", result.suggested);
}

} // namespace

void CalibrationEvidence::add(const CalibrationEvidence& later)
{
    if (later.samples != samples)
        *this = {later.samples, {}, {}};
    merge(values, later.values, &ValueEvidence::value);
    merge(ranges, later.ranges, &RangeGrowth::key);
}

Sufficiency sufficiency(const RangeGrowth& range, long samples)
{
    Sufficiency result;
    result.worstChange = range.lastChange();
    result.worstValue = range.key.value;
    if (samples < Sufficiency::fewest || range.steps.size() < 2) {
        saySoFew(result, samples);
        return result;
    }
    result.enough = result.worstChange <= Sufficiency::tolerance;
    if (!result.enough)
        result.suggested = suggestedSamples(samples, result.worstChange);
    result.sentence = result.enough
        ? fmt::format("{} samples are enough: over the last half the range moved {:.1f} %.", samples,
              100 * result.worstChange)
        : fmt::format("{} samples are not enough: over the last half the range still moved {:.0f} %; take {}.", samples,
              100 * result.worstChange, result.suggested);
    return result;
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
        saySoFew(result, n);
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
    result.suggested = suggestedSamples(n, result.worstChange);
    const auto moving = std::count_if(evidence.ranges.begin(), evidence.ranges.end(),
        [](const RangeGrowth& range) { return range.lastChange() > Sufficiency::tolerance; });
    result.sentence = fmt::format("{} samples are not enough: over the last half the range of {} still moved {:.0f} % "
                                  "({} of {} ranges moved more than {:.0f} %); take {}.",
        n, result.worstValue, 100 * result.worstChange, moving, count, 100 * Sufficiency::tolerance, result.suggested);
    return result;
}

namespace {

std::string drivenText(const RangeGrowth& range, const std::string& what)
{
    return fmt::format("Calibration sample {} alone makes {:.0f} % of {}; look at it, or use a percentile.",
        range.drivingSample, 100 * range.drivenShare, what);
}

} // namespace

std::vector<std::string> warnings(const ValueEvidence& value, const RangeGrowth* range)
{
    std::vector<std::string> lines;
    if (value.notFinite > 0)
        lines.push_back(fmt::format("{} of {} numbers are not finite; they were left out, check the calibration data.",
            value.notFinite, value.notFinite + value.count));
    if (range && range->drivenShare > RangeGrowth::noticeable)
        lines.push_back(drivenText(*range, "this range"));
    return lines;
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
        lines.push_back(drivenText(*driven[i], "the range of " + driven[i]->key.value));
    if (driven.size() > most)
        lines.push_back(fmt::format("{} more ranges are driven by one sample.", driven.size() - most));
    return lines;
}

} // namespace octet
