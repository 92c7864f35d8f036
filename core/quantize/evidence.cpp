// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/evidence.h"

#include <algorithm>
#include <cmath>

namespace octet::quantize {

namespace {

/// `bins` go outwards from 0.
void joinPairs(std::vector<HistogramBin>& bins)
{
    std::vector<HistogramBin> joined;
    for (std::size_t i = 0; i < bins.size(); i += 2) {
        HistogramBin bin = bins[i];
        if (i + 1 < bins.size()) {
            bin.low = std::min(bin.low, bins[i + 1].low);
            bin.high = std::max(bin.high, bins[i + 1].high);
            bin.count += bins[i + 1].count;
        }
        joined.push_back(bin);
    }
    bins = std::move(joined);
}

} // namespace

std::vector<HistogramBin> compactHistogram(const ValueStatistics& statistics)
{
    const double negligible = std::ldexp(std::max(std::abs(statistics.min()), std::abs(statistics.max())), -12);
    std::vector<HistogramBin> below, small, above; // below: outwards, so descending
    for (const HistogramBin& bin : statistics.histogram()) {
        const HistogramBin copy{bin.low, bin.high, bin.count};
        if (bin.high < -negligible)
            below.insert(below.begin(), copy);
        else if (bin.low > negligible)
            above.push_back(copy);
        else if (small.empty())
            small.push_back(copy);
        else {
            small[0].high = bin.high;
            small[0].count += bin.count;
        }
    }
    while (below.size() + small.size() + above.size() > ValueEvidence::mostBins) {
        joinPairs(below);
        joinPairs(above);
    }
    std::vector<HistogramBin> bins(below.rbegin(), below.rend());
    bins.insert(bins.end(), small.begin(), small.end());
    bins.insert(bins.end(), above.begin(), above.end());
    return bins;
}

ValueEvidence evidenceOf(const std::string& value, const ValueStatistics& statistics, double percentile)
{
    ValueEvidence evidence;
    evidence.value = value;
    evidence.count = statistics.count();
    evidence.notFinite = statistics.notFinite();
    if (statistics.count() == 0)
        return evidence;
    evidence.histogram = compactHistogram(statistics);
    for (const RangeMethod method : {RangeMethod::MinMax, RangeMethod::Percentile, RangeMethod::Kl, RangeMethod::Mse}) {
        const Range range = rangeOf(statistics, method, percentile);
        evidence.thresholds.push_back({method, range.percentile, range.min, range.max});
    }
    return evidence;
}

} // namespace octet::quantize
