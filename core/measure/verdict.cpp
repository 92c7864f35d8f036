// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"
#include "core/values/error.h"
#include "core/values/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace octet::measure {

namespace {

constexpr double twoSided95 = 1.959963984540054;
constexpr double oneSided95 = 1.6448536269514722;

struct Interval
{
    double low = 0, high = 0;
};

/// E. B. Wilson's score interval of k in n.
Interval scoreInterval(double k, double n, double z)
{
    const double p = k / n, z2 = z * z, denominator = 1 + z2 / n;
    const double centre = (p + z2 / (2 * n)) / denominator;
    const double half = z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / denominator;
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

} // namespace

std::pair<double, double> wilson(long correct, long samples)
{
    if (samples <= 0)
        return {0, 1};
    const Interval i = scoreInterval(static_cast<double>(correct), static_cast<double>(samples), twoSided95);
    return {i.low, i.high};
}

void compareWith(Accuracy& accuracy, const Accuracy& reference, const std::vector<int>& labels)
{
    const std::size_t n = labels.size();
    if (accuracy.predictions.size() != n || reference.predictions.size() != n)
        throw Error(ErrorKind::Internal, "Predictions of different splits cannot be compared.");
    accuracy.worse = accuracy.better = accuracy.flips = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const int mine = accuracy.predictions[i], before = reference.predictions[i];
        accuracy.flips += mine != before;
        accuracy.worse += before == labels[i] && mine != labels[i];
        accuracy.better += before != labels[i] && mine == labels[i];
    }
}

std::pair<double, double> lossInterval(const Accuracy& trial, const Accuracy& fp32)
{
    const auto n = static_cast<double>(trial.samples), worse = static_cast<double>(trial.worse),
               better = static_cast<double>(trial.better);
    if (n <= 0)
        return {-1, 1};
    if (!countsAnswers(trial.metric))
        return {trial.lossLow, trial.lossHigh};
    if (trial.worse == 0 && trial.better == 0)
        return {-std::min(1.0, 3 / n), std::min(1.0, 3 / n)};
    if (trial.metric == "agreement") { // fp32 agrees with itself on all: what is lost is a plain share
        const Interval lost = scoreInterval(worse, n, oneSided95);
        return {lost.low, lost.high};
    }
    const auto before = static_cast<double>(fp32.correct), now = before - worse + better;
    const double bothRight = before - worse, bothWrong = n - bothRight - worse - better;
    const Interval a = scoreInterval(before, n, oneSided95), b = scoreInterval(now, n, oneSided95);
    const double p1 = before / n, p2 = now / n;
    const double marginals = std::sqrt(before * (n - before) * now * (n - now));
    const double phi = marginals > 0 ? (bothRight * bothWrong - worse * better) / marginals : 0;
    const auto distance = [&](double first, double second) {
        return std::sqrt(std::max(0.0, first * first - 2 * phi * first * second + second * second));
    };
    const double loss = p1 - p2;
    return {loss - distance(p1 - a.low, b.high - p2), loss + distance(a.high - p1, p2 - b.low)};
}

std::string inWords(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Meets: return "meets";
    case Verdict::TooClose: return "too close to call";
    case Verdict::Misses: break;
    }
    return "misses";
}

Verdict judge(const Accuracy& trial, const Accuracy& fp32, const Goal& goal)
{
    if (trial.samples != fp32.samples || trial.metric != fp32.metric)
        throw Error(ErrorKind::Internal, "A verdict needs the same metric of both on the same samples.");
    const auto [low, high] = lossInterval(trial, fp32);
    const double allowed = fp32.value - goal.floor(fp32.value);
    if (high <= allowed)
        return Verdict::Meets;
    return low > allowed ? Verdict::Misses : Verdict::TooClose;
}

std::string verdict(const Accuracy& trial, const Accuracy& fp32, const Goal& goal)
{
    return inWords(judge(trial, fp32, goal));
}

long samplesToSettle(const Accuracy& trial, const Accuracy& fp32, const Goal& goal)
{
    constexpr long most = 1000;
    const auto settled = [&](double times) {
        const auto grown = [&](long count) { return std::lround(static_cast<double>(count) * times); };
        Accuracy more = trial, reference = fp32;
        more.samples = reference.samples = grown(trial.samples);
        more.worse = grown(trial.worse), more.better = grown(trial.better);
        reference.correct = grown(fp32.correct);
        const double loss = fp32.value - trial.value; // where the interval does not come from counts
        more.lossLow = loss - (loss - trial.lossLow) / std::sqrt(times);
        more.lossHigh = loss + (trial.lossHigh - loss) / std::sqrt(times);
        return verdict(more, reference, goal) != "too close to call";
    };
    if (trial.samples <= 0 || settled(1) || !settled(most))
        return 0;
    double low = 1, high = most;
    while (high / low > 1.02) {
        const double middle = std::sqrt(low * high);
        (settled(middle) ? high : low) = middle;
    }
    const double count = high * static_cast<double>(trial.samples);
    const double unit = std::pow(10.0, std::floor(std::log10(count)) - 1);
    return std::lround(std::ceil(count / unit) * unit);
}

std::string verdictInWords(const Accuracy& trial, const Accuracy& fp32, const Goal& goal)
{
    std::string words = verdict(trial, fp32, goal);
    if (words != "too close to call")
        return words;
    const long enough = samplesToSettle(trial, fp32, goal);
    return words
        + (enough > 0 ? fmt::format(" (about {} samples would settle it)", enough)
                      : std::string(" (what it loses is about what the goal allows)"));
}

bool closeToChance(double fp32Accuracy, int classes)
{
    return classes > 1 && fp32Accuracy < 1.2 / classes;
}

long samplesToTell(double fp32Value, const Goal& goal)
{
    const double allowed = fp32Value - goal.floor(fp32Value);
    if (allowed <= 0)
        return 0;
    return std::lround(std::ceil(3 / allowed - 1e-9));
}

std::string tooFewSamples(long samples, double fp32Value, const Goal& goal)
{
    if (samples <= 0 || goal.metric == "cosine") // whose interval does not come from counts of answers
        return {};
    const std::string loss = fmt::format("{:g} {}", goal.maxDrop * 100, goal.relative ? "%" : "points");
    const long needed = samplesToTell(fp32Value, goal);
    if (needed == 0)
        return fmt::format("No number of samples can show that {} is lost; allow a little, such as 1 %.",
            goal.maxDrop > 0 ? "so little" : "nothing");
    if (samples >= needed)
        return {};
    return fmt::format("{} samples are too few to tell a loss of {}: even a config that changes no answer may lose {:.1f} "
                       "points unseen. Take at least {} to judge by, {} test samples in all, as half of them are searched on.",
        samples, loss, 100 * std::min(1.0, 3.0 / static_cast<double>(samples)), needed, 2 * needed);
}

bool ratioHolds(const Latency& latency)
{
    return latency.waited <= waitAllowed;
}

std::string timingDoubt(const Latency& latency, const std::string& reference)
{
    if (!ratioHolds(latency))
        return fmt::format("Other programs had the processors for {:.0f} % of the time in which it was timed: neither the "
                           "milliseconds nor the ratio are to be trusted. Close what else runs, and measure again.",
            100 * latency.waited);
    if (!latency.drifted)
        return {};
    return fmt::format("{} became {:.0f} % {} while it was timed, and again when it was timed once more: the milliseconds "
                       "have drifted, the ratio holds. Close what else runs, and measure again.",
        reference, 100 * std::abs(latency.drift), latency.drift > 0 ? "slower" : "faster");
}

} // namespace octet::measure
