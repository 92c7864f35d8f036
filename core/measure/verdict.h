// SPDX-License-Identifier: GPL-3.0-or-later
// What counts of right answers can tell. Pure and cheap: the window judges trials with it too.
#pragma once

#include "core/values/goal.h"
#include "core/values/trial.h"

#include <string>
#include <utility>

namespace octet::measure {

/// Wilson score interval, 95 %.
std::pair<double, double> wilson(long correct, long samples);
/// Paired interval of the loss of accuracy (worse - better) / samples, each end one-sided 95 %: Newcombe's
/// square-and-add interval for paired proportions (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10), and 3 /
/// samples to both sides (rule of three) when no answer changed between right and wrong. Metrics that are no counts
/// bring their own (metrics.h).
std::pair<double, double> lossInterval(const Accuracy& trial, const Accuracy& fp32);
enum class Verdict { Meets, TooClose, Misses }; // from good to bad
std::string inWords(Verdict verdict); // "meets", "too close to call", "misses"
/// That interval against what `goal` allows, on one split.
Verdict judge(const Accuracy& trial, const Accuracy& fp32, const Goal& goal);
/// The same in words.
std::string verdict(const Accuracy& trial, const Accuracy& fp32, const Goal& goal);
/// About how many samples would settle a verdict that is too close to call, if answers went on changing at the rates
/// seen; two significant digits. 0: settled already, or so close to what is allowed that a thousand times as many would
/// not do.
long samplesToSettle(const Accuracy& trial, const Accuracy& fp32, const Goal& goal);
/// "too close to call (about 1900 samples would settle it)"; other verdicts as they are.
std::string verdictInWords(const Accuracy& trial, const Accuracy& fp32, const Goal& goal);

/// So few right answers of fp32 that labels may be permuted, or of another column or model.
bool closeToChance(double fp32Accuracy, int classes);

/// The fewest samples on which a config that changes no answer would be shown to meet the goal; 0: no number does.
long samplesToTell(double fp32Value, const Goal& goal);
/// A sentence when `samples`, those that verdicts are from, are fewer than that; empty: enough, or not known (0).
std::string tooFewSamples(long samples, double fp32Value, const Goal& goal);

/// Why a timing is not to be trusted: "fp32 became 12 % slower while it was timed: ...", or other programs had the
/// processors for more than `waitAllowed` of the time; else empty. `reference`: what it was timed beside.
std::string timingDoubt(const Latency& latency, const std::string& reference = "fp32");
constexpr double waitAllowed = 0.1;
/// The ratio to the reference is to be trusted, whatever the milliseconds are: both were timed by turns.
bool ratioHolds(const Latency& latency);

} // namespace octet::measure
