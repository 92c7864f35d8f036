// SPDX-License-Identifier: GPL-3.0-or-later
// How numbers and names are said: visual.md "Wording". Pure functions.
#pragma once

#include "core/values/trial.h"

#include <QString>
#include <QStringList>

namespace octet::desktop::words {

QString q(const std::string& text);
std::string s(const QString& text);

/// "2.30", "0.075", "12.4": three significant digits, at least two decimals below 10.
QString ms(double value);
/// "2.2x"
QString times(double ratio);
/// "1 text", "872 texts"; English plural of a regular noun.
QString count(long n, const QString& singular);
/// "+3", "-16" (with a real minus), "±0"
QString signedCount(long n);
QString fileSize(long long bytes);
QString duration(double seconds);

/// A sentence of the core with its ops called as in the tables: "layer.3/output/dense".
QString withShortOps(const QString& sentence);
/// "INT8", "BF16", "FP32"
QString precision(Precision value);
/// "min-max", "99.9 %", "KL", "MSE"
QString rangeMethod(RangeMethod method, double percentile);
/// "text", "image", "sample"
QString sampleNoun(const DataSpec& data);
/// "batch 1, real lengths, 1 thread"
QString workload(const Workload& workload);
/// Right answers over all halves that the trial was measured on.
struct Answers
{
    long correct = 0, samples = 0;
    QString where; // "both halves", "tuning half"
};
Answers answers(const Trial& trial);
/// "2.2x faster", "1.3x slower", "as fast"
QString speed(double fp32Ms, double trialMs);
/// Number of answers "fewer right", "none lost", "3 more right"
QString rightDifference(long difference);

} // namespace octet::desktop::words
