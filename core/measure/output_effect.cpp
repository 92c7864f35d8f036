// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/output_effect.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace octet::measure {

namespace {

std::vector<double> softmax(std::span<const float> row)
{
    const float top = *std::max_element(row.begin(), row.end());
    std::vector<double> p;
    double sum = 0;
    for (const float x : row)
        sum += p.emplace_back(std::exp(static_cast<double>(x - top)));
    for (double& x : p)
        x /= sum;
    return p;
}

} // namespace

Decision decide(std::span<const float> row)
{
    Decision d;
    d.runnerUp = row.size() > 1 ? 1 : 0;
    if (row.size() > 1 && row[1] > row[0])
        std::swap(d.winner, d.runnerUp);
    for (std::size_t i = 2; i < row.size(); ++i) {
        if (row[i] > row[d.winner]) {
            d.runnerUp = d.winner;
            d.winner = i;
        } else if (row[i] > row[d.runnerUp]) {
            d.runnerUp = i;
        }
    }
    return d;
}

void OutputEffect::addRow(std::span<const float> before, std::span<const float> now, const Margin& margin, int label)
{
    const auto p = softmax(before), q = softmax(now);
    for (std::size_t c = 0; c < p.size(); ++c)
        kl += p[c] > 0 ? p[c] * std::log(p[c] / std::max(q[c], 1e-30)) : 0;
    const Decision d = decide(before);
    const double shift = static_cast<double>(now[d.winner] - now[d.runnerUp])
        - static_cast<double>(before[d.winner] - before[d.runnerUp]);
    marginShift += shift * shift;
    const std::size_t winner = decide(now).winner;
    flips += winner != d.winner;
    const bool right = label >= 0 ? static_cast<int>(winner) == label : winner == d.winner;
    drop += double(margin.winnerRight) - double(right);
}

void OutputEffect::add(const OutputEffect& other, double weight)
{
    kl += weight * other.kl;
    flips += weight * other.flips;
    marginShift += weight * other.marginShift;
    drop += weight * other.drop;
}

} // namespace octet::measure
