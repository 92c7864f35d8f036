// SPDX-License-Identifier: GPL-3.0-or-later
// What a config will cost and gain before it has run. Accuracy by the margin model (DESIGN section 7, reference/search.md
// section 3): every int8 op shifts fp32's margin of each sample by a random amount, and an answer flips where the shift
// exceeds the margin. Shifts of different ops add up to more than independent ones would (their squares) and less than
// aligned ones (their amounts): in between, by an exponent that real runs of four models showed. What trials were off by
// is carried to the configs that resemble them, by a Gaussian process. Latency from the gain of every op between the two
// precisions, scaled to the measured baselines.
#pragma once

#include "core/quantize/resolve.h"
#include "core/tune/gaussian_process.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <compare>
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
    struct Recipe
    {
        bool half = false; // bf16; the others are int8's
        bool smoothed = false;
        Approach approach = Approach::Static;
        RangeMethod rangeMethod = RangeMethod::MinMax; // of static ranges that are not smoothed
        Granularity weights = Granularity::PerChannel;
        auto operator<=>(const Recipe&) const = default;
    };
    static Recipe recipeOf(const OpSettings& settings);

    struct OpShift
    {
        Recipe recipe;
        double amount = 0; // |shift| to the exponent, before factors; 0 = fp32
    };
    struct Shift
    {
        std::vector<OpShift> ops; // by index in the sensitivity
        std::map<Recipe, double> byRecipe; // sums of them
    };
    Shift shiftOf(const quantize::Resolution& config) const;
    double factorOf(const Recipe& recipe) const;
    double variance(const Shift& shift) const;
    std::pair<double, double> flipsAndDrop(double variance) const; // shares of samples
    double dropVariance(double variance) const; // of the share of samples lost: chance, and errors of the model
    struct Observed
    {
        Shift shift;
        Recipe main; // of most of its variance
        double flips = 0, drop = 0;
    };
    double leastFlips() const; // half an answer, so that logarithms of none are finite
    std::vector<Observed> observedIn(const std::vector<Known>& known) const;
    void fitFactors(const std::vector<Observed>& observed);
    void fitResiduals(std::vector<Observed> observed);
    /// What two configs shift alike, as a share of all that either shifts, squared.
    static double likeness(const std::vector<OpShift>& a, const std::vector<OpShift>& b);
    std::vector<double> likenessToTrials(const std::vector<OpShift>& ops) const;
    std::vector<OpShift> weighed(std::vector<OpShift> ops) const; // by their factors
    void fitSpeed(const std::vector<Known>& known);
    double ratioOf(const quantize::Resolution& config) const; // of the latency, to fp32

    const OpSensitivity* find(const std::string& node) const;

    Sensitivity m_sensitivity;
    std::map<std::string, std::size_t> m_ops; // index in the sensitivity: a copy must not point into what it was made from
    Recipe m_measured; // recipe of the sensitivity
    double m_unit = 1; // margin variance of noise at 0 dB
    std::map<Recipe, double> m_factors, m_ratios; // m_ratios: latency of all ops in this recipe against fp32
    double m_fp32Accuracy = 0, m_fp32Ms = 0;
    std::vector<std::vector<OpShift>> m_seen; // of trials, weighed
    GaussianProcess m_process; // over them
    std::vector<double> m_dropsOff, m_flipsOff; // solved: drops in standard deviations, logarithms of flips
    double m_spread = 1; // what trials really were off by, in the standard deviations that were foreseen
    double m_speedError = 0.06; // standard deviation of the ratio that the model leaves over
    int m_trials = 0;
};

/// From the finished ones among `trials` (of one workload and data), each config resolved by `resolve`; nothing while the
/// fp32 baseline or the margins of the sensitivity are missing.
std::optional<Predictor> predictorFrom(const Sensitivity& sensitivity, const std::vector<const Trial*>& trials,
    const std::function<quantize::Resolution(const Config&)>& resolve);

} // namespace octet::tune
