// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/words.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

QString signedCount(long value)
{
    if (value == 0)
        return QStringLiteral("±0");
    return (value > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) + grouped(std::abs(value));
}

QString signedNumber(double value, int decimals)
{
    const QString size = QString::number(std::abs(value), 'f', decimals);
    if (size.toDouble() == 0)
        return QStringLiteral("±") + size;
    return (value > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) + size;
}

QString capitalised(QString words)
{
    if (!words.isEmpty())
        words[0] = words.at(0).toUpper();
    return words;
}

QString grouped(long value)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(qlonglong(value));
}

QString plainNumber(double value, int maxDecimals)
{
    QString text = QString::number(value, 'f', maxDecimals);
    if (text.contains(QLatin1Char('.'))) {
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(QLatin1Char('.')))
            text.chop(1);
    }
    return text == QLatin1String("-0") ? QStringLiteral("0") : text;
}

QString shortNode(const QString& node)
{
    static const QRegularExpression numbered(QStringLiteral("(^|/)([^/]*\\d+)/"));
    const auto match = numbered.match(node);
    return match.hasMatch() ? node.mid(match.capturedStart(2)) : node;
}

QString shortOp(const QString& node)
{
    static const QRegularExpression type(QStringLiteral("(?<=[^/])/(MatMul|Gemm|Conv)$"));
    QString name = shortNode(node);
    name.remove(type);
    return name.startsWith(QLatin1Char('/')) && name.size() > 1 ? name.mid(1) : name;
}

QString decibels(double value)
{
    return value >= 120 ? QStringLiteral("none") : QStringLiteral("%1 dB").arg(value, 0, 'f', 0);
}

QString timeLeft(double seconds)
{
    if (!(seconds >= 0) || !std::isfinite(seconds))
        return {};
    if (seconds < 10)
        return QStringLiteral("a few seconds left");
    if (seconds < 55)
        return QStringLiteral("about %1 s left").arg(long(std::round(seconds / 5)) * 5);
    if (seconds < 90 * 60)
        return QStringLiteral("about %1 min left").arg(std::max(1L, std::lround(seconds / 60)));
    return QStringLiteral("about %1 h left").arg(plainNumber(std::round(seconds / 1800) / 2, 1));
}

QString singular(const QString& noun)
{
    return noun.endsWith(QLatin1Char('s')) ? noun.chopped(1) : noun;
}

QFont smallFont(const QFont& base, int steps)
{
    QFont font = base;
    if (font.pointSizeF() > 0)
        font.setPointSizeF(std::max(std::min(8.0, font.pointSizeF()), font.pointSizeF() - steps));
    else
        font.setPixelSize(std::max(std::min(11, font.pixelSize()), font.pixelSize() - steps));
    return font;
}

QFont strongFont(const QFont& base)
{
    QFont font = base;
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace octet::widgets
