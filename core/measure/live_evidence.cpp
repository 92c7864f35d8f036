// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/live_evidence.h"

#include "core/quantize/evidence.h"

#include <algorithm>

namespace octet::measure {

namespace {

constexpr std::size_t mostSteps = 64;

quantize::ValueStatistics together(const Collected& collected)
{
    quantize::ValueStatistics all = collected.parts.front();
    for (std::size_t part = 1; part < collected.parts.size(); ++part)
        all.merge(collected.parts[part]);
    return all;
}

} // namespace

LiveEvidence::LiveEvidence(
    const Context& context, const std::vector<RangeKey>& keys, std::chrono::milliseconds shortest)
    : m_context(context)
    , m_shortest(shortest)
    , m_next(Clock::now() + shortest)
{
    for (const RangeKey& key : keys)
        if (key.alpha == 0 && key.method != RangeMethod::Manual)
            m_growth[key].key = key;
}

void LiveEvidence::seen(long samples, const std::map<std::string, Collected>& collected)
{
    if (!m_context.partial || !m_context.watched || Clock::now() < m_next)
        return;
    const auto start = Clock::now();
    const std::vector<std::string> values = m_context.watched();
    if (!values.empty())
        tell(samples, collected, values);
    const auto end = Clock::now();
    m_next = end + (m_shortest.count() > 0 ? std::max(m_shortest, 9 * (end - start)) : m_shortest);
}

void LiveEvidence::tell(
    long samples, const std::map<std::string, Collected>& collected, const std::vector<std::string>& values)
{
    CalibrationEvidence evidence;
    evidence.samples = samples;
    for (const std::string& value : values) {
        const auto entry = collected.find(value);
        if (entry == collected.end() || evidence.value(value))
            continue;
        const quantize::ValueStatistics statistics = together(entry->second);
        if (statistics.count() == 0)
            continue;
        double percentile = OpSettings().percentile;
        for (auto& [key, growth] : m_growth) {
            if (key.value != value)
                continue;
            if (key.method == RangeMethod::Percentile)
                percentile = key.percentile;
            const Range range = quantize::rangeOf(statistics, key.method, key.percentile);
            if (growth.steps.size() == mostSteps)
                growth.steps.erase(growth.steps.begin() + 1);
            growth.steps.push_back({samples, range.min, range.max});
            evidence.ranges.push_back(growth);
        }
        evidence.values.push_back(quantize::evidenceOf(value, statistics, percentile));
    }
    if (!evidence.values.empty())
        m_context.partial(evidence);
}

} // namespace octet::measure
