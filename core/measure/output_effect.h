// SPDX-License-Identifier: GPL-3.0-or-later
// What a config does to rows of logits, against fp32's. Internal to sensitivity().
#pragma once

#include "core/values/sensitivity.h"

#include <cstddef>
#include <span>

namespace octet::measure {

/// Two largest of a row of logits.
struct Decision
{
    std::size_t winner = 0, runnerUp = 0;
};
Decision decide(std::span<const float> row);

/// Sums over rows, or means once they are divided.
struct OutputEffect
{
    double kl = 0, flips = 0, marginShift = 0, drop = 0;

    /// `margin` is fp32's on that row; `label` -1 = none, then fp32's answer is right.
    void addRow(std::span<const float> before, std::span<const float> now, const Margin& margin, int label);
    void add(const OutputEffect& other, double weight);
};

} // namespace octet::measure
