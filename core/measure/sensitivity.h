// SPDX-License-Identifier: GPL-3.0-or-later
// What quantizing each op alone does: first its own error, for all ops in one pass, which filters; then the divergence
// at the model's output on some samples, which ranks. See DESIGN, section 7.
#pragma once

#include "core/measure/measure.h"
#include "core/quantize/products.h"
#include "core/values/sensitivity.h"

namespace octet::measure {

struct SensitivityOptions
{
    OpSettings settings; // of every op that is quantized; precision is taken as int8
    long samples = 96; // of the tuning split (or calibration, without it), for KL
    double filter = 30; // dB: an op whose own error is smaller is left alone; the worst few never are
    std::function<void(const Sensitivity&)> partial; // called as the ranking grows; may be empty
};

/// `ranges` must cover all ops under `options.settings`. With a workload, both precisions are timed as well. Ranked by
/// KL, then by own error. Throws Error(Data) without samples, Error(Unsupported) where the output is neither a row of
/// classes (or one number) a sample nor one a token.
Sensitivity sensitivity(
    const Context& context, const Ranges& ranges, const SensitivityOptions& options, const Workload* workload);

/// The int8 settings of all products that can be int8 (others stay fp32).
Settings allInt8(const graph::Model& model, const std::vector<quantize::Product>& products, OpSettings settings);

constexpr std::size_t samplesOfOwnError = 8;
/// Own errors of all products on tapped fp32 values of a few calibration samples, as signal-to-noise in dB.
struct OwnError
{
    double both = 0, weights = 0, activation = 0, inherited = 0;
};
std::map<std::string, OwnError> ownErrors(const Context& context, const std::vector<quantize::Product>& products,
    const Settings& settings, const Ranges& ranges);

/// The first output's numbers, sample by sample, of the first `count` samples of a split, or of all there are.
std::vector<float> firstOutputs(
    const Context& context, const Settings& settings, const Ranges& ranges, Split split, std::size_t count);

} // namespace octet::measure
