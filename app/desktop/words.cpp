// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/words.h"

#include "widgets/words.h"

#include <QLocale>
#include <QRegularExpression>

#include <cmath>

namespace octet::desktop::words {

QString q(const std::string& text)
{
    return QString::fromStdString(text);
}

std::string s(const QString& text)
{
    return text.toStdString();
}

QString ms(double value)
{
    const int decimals = value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

QString times(double ratio)
{
    return QLocale().toString(ratio, 'f', ratio < 9.95 ? 1 : 0) + QLatin1Char('x');
}

QString count(long n, const QString& singular)
{
    return QLocale().toString(qlonglong(n)) + QLatin1Char(' ') + (n == 1 ? singular : singular + QLatin1Char('s'));
}

QString signedCount(long n)
{
    if (n == 0)
        return QStringLiteral("±0");
    return (n > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) + QString::number(std::labs(n));
}

QString fileSize(long long bytes)
{
    if (bytes < 1000)
        return QStringLiteral("%1 bytes").arg(bytes);
    const double kilo = double(bytes) / 1e3;
    if (kilo < 1000)
        return QLocale().toString(kilo, 'f', 1) + QStringLiteral(" kB");
    return QLocale().toString(kilo / 1e3, 'f', 1) + QStringLiteral(" MB");
}

QString duration(double seconds)
{
    const long whole = std::lround(seconds);
    if (seconds < 10)
        return QLocale().toString(seconds, 'f', 1) + QStringLiteral(" s");
    if (whole < 60)
        return QStringLiteral("%1 s").arg(whole);
    if (whole < 3600)
        return QStringLiteral("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return QStringLiteral("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString withShortOps(const QString& sentence)
{
    static const QRegularExpression op(QStringLiteral("/[^\\s,;]+/(MatMul|Gemm|Conv)(?=[\\s,;:.]*(\\s|$))"));
    QString words = sentence;
    qsizetype from = 0;
    for (auto match = op.match(words); match.hasMatch(); match = op.match(words, from)) {
        const QString name = widgets::shortOp(match.captured());
        words.replace(match.capturedStart(), match.capturedLength(), name);
        from = match.capturedStart() + name.size();
    }
    return words;
}

QString precision(Precision value)
{
    return q(toString(value)).toUpper();
}

QString rangeMethod(RangeMethod method, double percentile)
{
    switch (method) {
    case RangeMethod::MinMax:
        return QStringLiteral("min-max");
    case RangeMethod::Percentile:
        return QStringLiteral("%1 %").arg(percentile);
    case RangeMethod::Kl:
        return QStringLiteral("KL");
    case RangeMethod::Mse:
        return QStringLiteral("MSE");
    case RangeMethod::MseWeighted:
        return QStringLiteral("weighted MSE");
    case RangeMethod::Manual:
        return QStringLiteral("by hand");
    }
    return {};
}

QString sampleNoun(const DataSpec& data)
{
    return q(octet::sampleNoun(data));
}

QString workload(const Workload& w)
{
    QString text = w.batch == 1 ? QStringLiteral("one at a time") : QStringLiteral("batch %1").arg(w.batch);
    text += w.length == 0 ? QStringLiteral(", real lengths") : QStringLiteral(", %1 tokens").arg(w.length);
    text += QStringLiteral(", ") + count(w.threads, QStringLiteral("thread"));
    if (!w.isa.empty())
        text += QStringLiteral(", up to ") + q(w.isa);
    return text;
}

Answers answers(const Trial& trial)
{
    Answers sum;
    int halves = 0;
    for (const Split split : {Split::Tuning, Split::HeldOut})
        if (const auto it = trial.accuracy.find(split); it != trial.accuracy.end() && it->second.samples > 0) {
            sum.correct += it->second.correct;
            sum.samples += it->second.samples;
            sum.where = split == Split::Tuning ? QStringLiteral("tuning half") : QStringLiteral("held-out half");
            ++halves;
        }
    if (halves == 2)
        sum.where = QStringLiteral("both halves");
    return sum;
}

QString speed(double fp32Ms, double trialMs)
{
    if (fp32Ms <= 0 || trialMs <= 0)
        return {};
    const double ratio = fp32Ms / trialMs;
    if (ratio >= 0.995 && ratio < 1.005)
        return QStringLiteral("as fast");
    const QString amount =
        QLocale().toString(ratio >= 1 ? ratio : 1 / ratio, 'f', ratio > 0.95 && ratio < 1.05 ? 2 : 1);
    return ratio >= 1 ? amount + QStringLiteral("x faster") : amount + QStringLiteral("x slower");
}

QString rightDifference(long difference)
{
    if (difference == 0)
        return QStringLiteral("none lost");
    return QStringLiteral("%1 %2 right").arg(std::labs(difference)).arg(difference < 0 ? "fewer" : "more");
}

} // namespace octet::desktop::words
