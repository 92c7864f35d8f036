// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/ranking_samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::measure {

namespace {

/// Groups of `order` that end at the shares (1/wanted)^power, (2/wanted)^power, ... of it; of each the one in its middle.
std::vector<RankingSample> middles(const std::vector<std::size_t>& order, std::size_t wanted, double power)
{
    const std::size_t all = order.size();
    wanted = std::min(all, wanted);
    std::vector<RankingSample> chosen;
    std::size_t from = 0;
    for (std::size_t i = 1; i <= wanted; ++i) {
        const double share = std::pow(static_cast<double>(i) / static_cast<double>(wanted), power);
        const auto end = static_cast<std::size_t>(std::lround(share * static_cast<double>(all)));
        const std::size_t to = std::clamp(end, from + 1, all - (wanted - i)); // none is empty
        chosen.push_back({order[(from + to - 1) / 2], static_cast<double>(to - from)});
        from = to;
    }
    std::ranges::sort(chosen, {}, &RankingSample::sample);
    return chosen;
}

std::vector<std::size_t> upTo(std::size_t all)
{
    std::vector<std::size_t> order(all);
    std::iota(order.begin(), order.end(), std::size_t(0));
    return order;
}

} // namespace

std::vector<RankingSample> evenSamples(std::size_t all, std::size_t wanted)
{
    return middles(upTo(all), wanted, 1);
}

std::vector<RankingSample> samplesByMargin(const std::vector<float>& margins, std::size_t wanted)
{
    std::vector<std::size_t> order = upTo(margins.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return margins[i]; });
    return middles(order, wanted, 2);
}

} // namespace octet::measure
