// SPDX-License-Identifier: GPL-3.0-or-later
// Which samples of a split tell what quantizing an op does to the output. Internal to sensitivity().
#pragma once

#include <cstddef>
#include <vector>

namespace octet::measure {

struct RankingSample
{
    std::size_t sample = 0;
    double weight = 1; // how many samples of the split it stands for
    bool operator==(const RankingSample&) const = default;
};

/// `wanted` (or all, if there are fewer), ascending, evenly over the split: its order cannot make them one-sided.
std::vector<RankingSample> evenSamples(std::size_t all, std::size_t wanted);

/// One of each of `wanted` groups by `margins`, fp32's smallest of every sample; the smaller these, the smaller the group.
/// Where a margin is small the answer is near to flipping and an error moves it most, so that the weighed mean of few
/// samples comes nearer to that of all than with even ones.
std::vector<RankingSample> samplesByMargin(const std::vector<float>& margins, std::size_t wanted);

} // namespace octet::measure
