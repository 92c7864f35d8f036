// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/histogram.h"

#include "core/values/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::cli {

namespace {

constexpr std::size_t rowCount = 24;
constexpr double barWidth = 40;

struct Rows
{
    double low, width;
    std::size_t at(double x) const
    {
        return static_cast<std::size_t>(std::clamp(std::floor((x - low) / width), 0.0, double(rowCount - 1)));
    }
};

/// A bin's count is spread evenly over the rows that it touches.
std::vector<double> counts(const std::vector<HistogramBin>& bins, const Rows& rows)
{
    std::vector<double> counts(rowCount, 0);
    for (const HistogramBin& bin : bins) {
        const std::size_t first = rows.at(bin.low), last = rows.at(bin.high);
        const double width = bin.high - bin.low;
        for (std::size_t row = first; row <= last; ++row) {
            const double from = std::max(bin.low, rows.low + double(row) * rows.width);
            const double to = row == last ? bin.high : std::min(bin.high, rows.low + double(row + 1) * rows.width);
            counts[row] += static_cast<double>(bin.count) * (width > 0 ? std::max(0.0, to - from) / width : 1);
        }
    }
    return counts;
}

std::string nameOf(const Threshold& threshold)
{
    return threshold.method == RangeMethod::Percentile ? fmt::format("percentile {}", threshold.percentile)
                                                       : toString(threshold.method);
}

} // namespace

std::string histogramText(const ValueEvidence& value)
{
    std::string text = fmt::format("{}: {} numbers, bars are logarithmic\n", value.value, value.count);
    if (value.histogram.empty())
        return text + "Nothing finite was seen.\n";
    const double low = value.histogram.front().low, high = value.histogram.back().high;
    const Rows rows{low, high > low ? (high - low) / double(rowCount) : 1};
    const std::vector<double> heights = counts(value.histogram, rows);
    std::vector<std::string> marks(rowCount);
    const auto mark = [&](double at, const Threshold& threshold) {
        if (at == 0)
            return; // every range contains 0: that is no cut
        std::string& where = marks[rows.at(at)];
        where += fmt::format("{}{} {:.4g}", where.empty() ? "  < " : ", ", nameOf(threshold), at);
    };
    for (const Threshold& threshold : value.thresholds) {
        mark(threshold.min, threshold);
        mark(threshold.max, threshold);
    }
    const double tallest = std::log10(1 + *std::max_element(heights.begin(), heights.end()));
    for (std::size_t row = 0; row < rowCount; ++row) {
        const double share = tallest > 0 ? std::log10(1 + heights[row]) / tallest : 0;
        const auto length = static_cast<std::size_t>(std::ceil(share * barWidth));
        std::string line = fmt::format("{:>11.4g} |{}", rows.low + double(row) * rows.width, std::string(length, '#'));
        if (!marks[row].empty())
            line += std::string(static_cast<std::size_t>(barWidth) - length, ' ') + marks[row];
        text += line + '\n';
    }
    return text + fmt::format("{:>11.4g} |\n", high);
}

} // namespace octet::cli
