// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/predictor.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace octet::tune {

namespace {

constexpr double z80 = 1.2815515655446004;
constexpr int enoughTrials = 8;
constexpr double exponent = 4.0 / 3; // 2: shifts are independent; 1: all in one direction
// The error of the model grows with what it predicts: where nothing flips there is little to be wrong about.
constexpr double modelError = 0.2, fewestFlips = 0.005;
// Of the error, what configs do not share that shift the same margins.
constexpr double ownError = 0.1;
constexpr std::size_t mostSeen = 200; // the last ones: the time that a prediction takes grows with their square

double normalBelow(double x)
{
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

double power(double decibels)
{
    return std::pow(10.0, -decibels / 10);
}

double dot(const std::vector<double>& a, const std::vector<double>& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

} // namespace

Predictor::Recipe Predictor::recipeOf(const OpSettings& s)
{
    if (s.precision == Precision::Bf16)
        return {.half = true};
    Recipe recipe{.smoothed = s.smoothing != 0, .approach = s.approach, .weights = s.weightGranularity};
    if (s.approach == Approach::Static && s.smoothing == 0)
        recipe.rangeMethod = s.rangeMethod;
    return recipe;
}

Predictor::Predictor(const Sensitivity& sensitivity, const std::vector<Known>& known)
    : m_sensitivity(sensitivity)
{
    const auto fp32 =
        std::find_if(known.begin(), known.end(), [](const Known& k) { return k.trial->origin == "baseline:fp32"; });
    if (fp32 == known.end() || !fp32->trial->tuning() || m_sensitivity.empty())
        throw Error(ErrorKind::Internal, "A prediction needs the fp32 baseline and a sensitivity.");
    m_fp32Accuracy = fp32->trial->tuning()->value;
    m_fp32Ms = fp32->trial->latency.p50;
    for (std::size_t i = 0; i < m_sensitivity.ops.size(); ++i)
        m_ops[m_sensitivity.ops[i].node] = i;
    OpSettings measured = m_sensitivity.settings;
    measured.precision = Precision::Int8;
    m_measured = recipeOf(measured);

    // Ops that were filtered out have no shift of their own: the measured ones say what noise of 0 dB would do.
    std::vector<double> units;
    for (const OpSensitivity& op : m_sensitivity.ops)
        if (op.kl && op.marginShift > 0)
            units.push_back(op.marginShift / power(op.ownError));
    if (!units.empty()) {
        std::nth_element(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(units.size() / 2), units.end());
        m_unit = units[units.size() / 2];
    }
    fitSpeed(known);
    std::vector<Observed> observed = observedIn(known);
    m_trials = static_cast<int>(observed.size());
    fitFactors(observed);
    fitResiduals(std::move(observed));
}

const OpSensitivity* Predictor::find(const std::string& node) const
{
    const auto it = m_ops.find(node);
    return it == m_ops.end() ? nullptr : &m_sensitivity.ops[it->second];
}

Predictor::Shift Predictor::shiftOf(const quantize::Resolution& config) const
{
    constexpr double bf16Decibels = 48;
    std::set<int> quantized;
    for (const quantize::ResolvedOp& op : config.ops)
        if (op.settings.precision == Precision::Int8)
            quantized.insert(op.product.node);
    Shift shift;
    shift.ops.resize(m_sensitivity.ops.size());
    for (const quantize::ResolvedOp& op : config.ops) {
        const OpSensitivity* s = find(op.name);
        if (!s || op.settings.precision == Precision::Fp32)
            continue;
        // The two products of an attention run in int8 together or not at all, and were measured together.
        const bool paired = op.product.partner >= 0;
        if (paired && !quantized.contains(op.product.partner))
            continue;
        const Recipe recipe = recipeOf(op.settings);
        double own = 0;
        if (recipe.half)
            own = m_unit * power(bf16Decibels);
        else if (recipe == m_measured)
            own = s->kl ? s->marginShift : m_unit * power(s->ownError);
        else
            own = 2 * m_unit * power(s->weightError); // what a better range leaves: both roundings alike
        const double amount = std::pow(own, exponent / 2) / (paired && s->kl ? 2 : 1);
        shift.ops[static_cast<std::size_t>(s - m_sensitivity.ops.data())] = {recipe, amount};
        shift.byRecipe[recipe] += amount;
    }
    return shift;
}

double Predictor::factorOf(const Recipe& recipe) const
{
    const auto it = m_factors.find(recipe);
    return it == m_factors.end() ? 1 : it->second;
}

double Predictor::variance(const Shift& shift) const
{
    double sum = 0;
    for (const auto& [recipe, amount] : shift.byRecipe)
        sum += amount * factorOf(recipe);
    return std::pow(sum, 2 / exponent);
}

std::vector<Predictor::OpShift> Predictor::weighed(std::vector<OpShift> ops) const
{
    for (OpShift& op : ops)
        op.amount *= factorOf(op.recipe);
    return ops;
}

double Predictor::likeness(const std::vector<OpShift>& a, const std::vector<OpShift>& b)
{
    double shared = 0, either = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const OpShift &x = a[i], &y = b[i];
        const bool same = x.recipe == y.recipe;
        shared += same ? std::min(x.amount, y.amount) : 0;
        either += same ? std::max(x.amount, y.amount) : x.amount + y.amount;
    }
    return either > 0 ? std::pow(shared / either, 2) : 0;
}

std::vector<double> Predictor::likenessToTrials(const std::vector<OpShift>& ops) const
{
    std::vector<double> all;
    all.reserve(m_seen.size());
    for (const std::vector<OpShift>& seen : m_seen)
        all.push_back(likeness(ops, seen));
    return all;
}

std::pair<double, double> Predictor::flipsAndDrop(double variance) const
{
    if (!(variance > 0) || m_sensitivity.margins.empty())
        return {0, 0};
    const double sigma = std::sqrt(variance);
    double flips = 0, drop = 0;
    for (const Margin& m : m_sensitivity.margins) {
        const double p = normalBelow(-static_cast<double>(m.value) / sigma);
        flips += p;
        drop += p * (double(m.winnerRight) - double(m.runnerUpRight));
    }
    const auto n = static_cast<double>(m_sensitivity.margins.size());
    return {flips / n, drop / n};
}

double Predictor::dropVariance(double variance) const
{
    if (!(variance > 0) || m_sensitivity.margins.empty())
        return 0;
    const double sigma = std::sqrt(variance);
    double sum = 0, flips = 0;
    for (const Margin& m : m_sensitivity.margins) {
        const double p = normalBelow(-static_cast<double>(m.value) / sigma);
        const double weight = double(m.winnerRight) - double(m.runnerUpRight);
        sum += p * (1 - p) * weight * weight;
        flips += p;
    }
    const auto n = static_cast<double>(m_sensitivity.margins.size());
    return sum / (n * n) + std::pow(modelError * std::max(flips / n, fewestFlips), 2);
}

std::vector<Predictor::Observed> Predictor::observedIn(const std::vector<Known>& known) const
{
    std::vector<Observed> observed;
    for (const Known& k : known) {
        const Accuracy* a = k.trial->tuning();
        if (!a || k.trial->state != TrialState::Done || k.trial->origin == "baseline:fp32" || a->samples <= 0)
            continue;
        Observed o{shiftOf(k.resolution), {}, double(a->flips) / double(a->samples), m_fp32Accuracy - a->value};
        double most = -1;
        for (const auto& [recipe, amount] : o.shift.byRecipe)
            if (amount > most)
                most = amount, o.main = recipe;
        if (!o.shift.byRecipe.empty())
            observed.push_back(std::move(o));
    }
    return observed;
}

double Predictor::leastFlips() const
{
    return 0.5 / std::max<double>(1, static_cast<double>(m_sensitivity.margins.size()));
}

void Predictor::fitFactors(const std::vector<Observed>& observed)
{
    const double floor = leastFlips();
    // Twice over, since a trial may mix recipes whose factors depend on each other.
    for (int round = 0; round < 2; ++round) {
        std::set<Recipe> recipes;
        for (const Observed& o : observed)
            recipes.insert(o.main);
        for (const Recipe& recipe : recipes) {
            double best = 0, lowest = -1;
            for (int i = -24; i <= 24; ++i) {
                const double factor = std::exp2(i / 4.0);
                double loss = std::pow(std::log(factor) / 2, 2); // a factor of e^2 is one standard deviation off
                m_factors[recipe] = factor;
                for (const Observed& o : observed)
                    if (o.main == recipe) {
                        const double predicted = flipsAndDrop(variance(o.shift)).first;
                        loss += std::pow(std::log((predicted + floor) / (o.flips + floor)) / 0.3, 2);
                    }
                if (lowest < 0 || loss < lowest)
                    lowest = loss, best = factor;
            }
            m_factors[recipe] = best;
        }
    }
}

void Predictor::fitResiduals(std::vector<Observed> observed)
{
    constexpr double prior = 3; // trials that the assumed spread counts for
    constexpr double furthest = 5; // standard deviations; beyond it something else is wrong
    std::erase_if(observed, [&](const Observed& o) { return !(variance(o.shift) > 0); });
    if (observed.size() > mostSeen)
        observed.erase(observed.begin(), observed.end() - static_cast<std::ptrdiff_t>(mostSeen));
    for (Observed& o : observed) {
        const double v = variance(o.shift);
        const auto [flips, drop] = flipsAndDrop(v);
        m_dropsOff.push_back(std::clamp((o.drop - drop) / std::sqrt(dropVariance(v)), -furthest, furthest));
        m_flipsOff.push_back(std::log((o.flips + leastFlips()) / (flips + leastFlips())));
        m_seen.push_back(weighed(std::move(o.shift.ops)));
    }
    std::vector<double> kernel;
    for (const std::vector<OpShift>& seen : m_seen) {
        const std::vector<double> row = likenessToTrials(seen);
        kernel.insert(kernel.end(), row.begin(), row.end());
    }
    m_process = GaussianProcess(std::move(kernel), m_seen.size(), ownError);
    const std::vector<double> drops = m_process.solve(m_dropsOff);
    m_spread = std::sqrt((prior + dot(m_dropsOff, drops)) / (prior + static_cast<double>(drops.size())));
    m_dropsOff = drops;
    m_flipsOff = m_process.solve(std::move(m_flipsOff));
}

void Predictor::fitSpeed(const std::vector<Known>& known)
{
    for (const Known& k : known) {
        const double ratio = k.trial->latency.ratioToFp32;
        if (k.trial->state != TrialState::Done || ratio <= 0 || k.resolution.ops.empty())
            continue;
        std::map<std::optional<Recipe>, int> recipes; // nothing: fp32
        int counted = 0;
        for (const quantize::ResolvedOp& op : k.resolution.ops)
            if (op.product.counted()) {
                ++counted;
                recipes[op.settings.precision == Precision::Fp32 ? std::nullopt : std::optional(recipeOf(op.settings))]++;
            }
        if (recipes.size() == 1 && recipes.begin()->first && recipes.begin()->second == counted)
            m_ratios[*recipes.begin()->first] = ratio;
    }
    double squares = 4 * m_speedError * m_speedError;
    int n = 4;
    for (const Known& k : known)
        if (k.trial->latency.ratioToFp32 > 0 && k.trial->origin.rfind("baseline:", 0) != 0 && m_fp32Ms > 0) {
            squares += std::pow(ratioOf(k.resolution) / k.trial->latency.ratioToFp32 - 1, 2);
            ++n;
        }
    m_speedError = std::sqrt(squares / n);
}

double Predictor::ratioOf(const quantize::Resolution& config) const
{
    // Shares of what all ops gain together; an attention's group stands under both its products.
    const auto gainOf = [](const OpSensitivity& s, const quantize::ResolvedOp& op) {
        const double gain = std::max(0.0, s.fp32Ms - s.int8Ms);
        return op.product.counted() ? gain : gain / 2;
    };
    double all = 0;
    for (const quantize::ResolvedOp& op : config.ops)
        if (const OpSensitivity* s = find(op.name))
            all += gainOf(*s, op);
    if (!(all > 0))
        return 1;
    const auto ratioOfRecipe = [&](const Recipe& recipe) {
        if (const auto it = m_ratios.find(recipe); it != m_ratios.end())
            return it->second;
        if (!recipe.half)
            for (const auto& [other, ratio] : m_ratios) // int8 in another way: nearly as fast
                if (!other.half)
                    return ratio;
        return recipe.half ? 0.6 : 0.4;
    };
    double ratio = 1;
    for (const quantize::ResolvedOp& op : config.ops) {
        const OpSensitivity* s = find(op.name);
        if (!s || op.settings.precision == Precision::Fp32)
            continue;
        ratio -= (1 - ratioOfRecipe(recipeOf(op.settings))) * gainOf(*s, op) / all;
    }
    return std::max(0.01, ratio);
}

std::optional<Predictor> predictorFrom(const Sensitivity& sensitivity, const std::vector<const Trial*>& trials,
    const std::function<quantize::Resolution(const Config&)>& resolve)
{
    if (sensitivity.empty() || sensitivity.margins.empty())
        return {};
    std::vector<Predictor::Known> known;
    bool fp32 = false;
    for (const Trial* trial : trials)
        if (trial->state == TrialState::Done && trial->tuning()) {
            fp32 = fp32 || trial->origin == "baseline:fp32";
            known.push_back({trial, resolve(trial->config)});
        }
    return fp32 ? std::optional(Predictor(sensitivity, known)) : std::nullopt;
}

Prediction Predictor::predict(const quantize::Resolution& config) const
{
    Prediction p;
    const Shift shift = shiftOf(config);
    const double v = variance(shift);
    const auto [flips, drop] = flipsAndDrop(v);
    const std::vector<double> alike = likenessToTrials(weighed(shift.ops));
    const double deviation = std::sqrt(dropVariance(v));
    p.flips = std::clamp((flips + leastFlips()) * std::exp(dot(alike, m_flipsOff)) - leastFlips(), 0.0, 1.0);
    p.accuracy = std::clamp(m_fp32Accuracy - drop - deviation * dot(alike, m_dropsOff), 0.0, 1.0);
    const bool anything = std::any_of(config.ops.begin(), config.ops.end(),
        [](const quantize::ResolvedOp& op) { return op.settings.precision != Precision::Fp32; });
    const double width = anything ? z80 * m_spread * deviation * std::sqrt(m_process.variance(alike)) : 0;
    p.fewTrials = m_trials < enoughTrials;
    const double widen = p.fewTrials ? 1.5 : 1;
    p.accuracyLow = p.accuracy - width * widen;
    p.accuracyHigh = std::min(1.0, p.accuracy + width * widen);
    if (m_fp32Ms > 0 && !m_ratios.empty()) {
        p.p50 = m_fp32Ms * ratioOf(config);
        const double share = anything ? z80 * m_speedError * widen : 0;
        p.p50Low = p.p50 * (1 - share);
        p.p50High = p.p50 * (1 + share);
    }
    return p;
}

} // namespace octet::tune
