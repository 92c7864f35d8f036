// SPDX-License-Identifier: GPL-3.0-or-later
// What a config will cost and gain before it has run. Accuracy by the margin model (DESIGN section 7, reference/search.md
// section 3): every int8 op shifts fp32's margin of each sample by a random amount, and an answer flips where the shift
// exceeds the margin. Shifts of different ops add up to more than independent ones would (their squares) and less than
// aligned ones (their amounts): in between, by an exponent that real runs of four models showed. Latency from the gain of every op between the two precisions, scaled
// to the measured baselines.
#pragma once

#include "core/quantize/resolve.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace octet::tune {

struct Prediction
{
    double accuracy = 0, accuracyLow = 0, accuracyHigh = 0; // on the tuning split, 80 % interval
    double flips = 0; // share of answers that change
    double p50 = 0, p50Low = 0, p50High = 0; // ms a sample, 80 % interval; 0 = the baselines are not timed
    bool fewTrials = true; // fewer than eight: the interval is a guess
};

/// Immutable; cheap to ask (linear in ops and samples).
class Predictor
{
public:
    struct Known
    {
        const Trial* trial = nullptr; // Done, of one workload and data
        quantize::Resolution resolution; // of its config
    };
    /// `known` must hold the fp32 baseline; other trials fit the model. Throws Error(Internal) without it or when
    /// `sensitivity` is empty.
    Predictor(const Sensitivity& sensitivity, const std::vector<Known>& known);

    Prediction predict(const quantize::Resolution& config) const;

private:
    /// Ops quantized in one way; each has a factor of its own, since sensitivity was measured for one of them.
    using Recipe = std::string;
    static Recipe recipeOf(const OpSettings& settings);

    struct Shift
    {
        std::map<Recipe, double> byRecipe; // sum over ops of |shift| to the exponent, before factors
    };
    Shift shiftOf(const quantize::Resolution& config) const;
    double variance(const Shift& shift) const;
    std::pair<double, double> flipsAndDrop(double variance) const; // shares of samples
    double dropVariance(double variance) const; // of the share of samples lost: chance, and errors of the model
    void fitFactors(const std::vector<Known>& known);
    void fitSpeed(const std::vector<Known>& known);
    double ratioOf(const quantize::Resolution& config) const; // of the latency, to fp32

    const OpSensitivity* find(const std::string& node) const;

    Sensitivity m_sensitivity;
    std::map<std::string, std::size_t> m_ops; // index in the sensitivity: a copy must not point into what it was made from
    Recipe m_measured; // recipe of the sensitivity
    double m_unit = 1; // margin variance of noise at 0 dB
    std::map<Recipe, double> m_factors, m_ratios; // m_ratios: latency of all ops in this recipe against fp32
    double m_fp32Accuracy = 0, m_fp32Ms = 0;
    double m_spread = 1; // what trials really were off by, in the standard deviations that were foreseen
    double m_speedError = 0.06; // standard deviation of the ratio that the model leaves over
    int m_trials = 0;
};

/// From the finished ones among `trials` (of one workload and data), each config resolved by `resolve`; nothing while the
/// fp32 baseline or the margins of the sensitivity are missing.
std::optional<Predictor> predictorFrom(const Sensitivity& sensitivity, const std::vector<const Trial*>& trials,
    const std::function<quantize::Resolution(const Config&)>& resolve);

} // namespace octet::tune
