// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_scales.h"

#include "widgets/words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace octet::widgets {

namespace {

constexpr double freeShare = 0.1;

bool usable(const Mark& mark)
{
    return !mark.failed && std::isfinite(mark.ms) && std::isfinite(mark.right) && mark.ms > 0;
}

bool labelled(const Mark& mark)
{
    return mark.role != Mark::Role::Other;
}

/// What one answer is worth on the axis.
double unit(const PlotContent& content)
{
    return content.score.decimals == 0 ? 1 : content.samples > 0 ? 1.0 / double(content.samples) : 0.001;
}

struct Levels
{
    double best = -std::numeric_limits<double>::infinity();
    double limit = 0; // below it a mark has collapsed
};

Levels levels(const PlotContent& content)
{
    double best = -std::numeric_limits<double>::infinity();
    double reference = best;
    for (const Mark& mark : content.marks) {
        if (!usable(mark))
            continue;
        best = std::max(best, mark.right);
        if (mark.role == Mark::Role::Today)
            reference = mark.right;
    }
    if (!std::isfinite(reference))
        reference = best;
    const double drop = content.floor >= 0 ? std::max(0.0, reference - content.floor) : 0;
    const double full = content.score.decimals > 0 ? 1.0
        : content.samples > 0                      ? double(content.samples)
                                                   : std::max(1.0, best);
    return {best, reference - std::max(6 * drop, 0.04 * full)};
}

void widen(double& low, double& high, double minSpan)
{
    if (high - low < minSpan) {
        const double middle = (high + low) / 2;
        low = middle - minSpan / 2;
        high = middle + minSpan / 2;
    }
    const double margin = (high - low) * freeShare / (1 - 2 * freeShare);
    low -= margin;
    high += margin;
}

} // namespace

PlotScales plotScales(const PlotContent& content)
{
    PlotScales scales;
    const auto [best, limit] = levels(content);
    double msLow = std::numeric_limits<double>::infinity(), msHigh = -msLow;
    double rightLow = msLow, rightHigh = -msLow;
    const auto include = [](double value, double& low, double& high) {
        low = std::min(low, value);
        high = std::max(high, value);
    };
    for (const Mark& mark : content.marks) {
        const bool collapsed = usable(mark) && mark.right < limit;
        scales.collapsed.append(collapsed);
        if (!usable(mark))
            continue;
        include(mark.ms, msLow, msHigh);
        if (collapsed)
            continue;
        include(mark.right, rightLow, rightHigh);
        if (labelled(mark) && mark.rightHigh > mark.rightLow) {
            // An interval may be seen whole, but a very wide one must not push the marks together.
            const double reach = std::max(4 * unit(content), (best - limit) * 0.35);
            include(std::max(mark.rightLow, limit - reach), rightLow, rightHigh);
            include(std::min(mark.rightHigh, best + reach), rightLow, rightHigh);
        }
    }
    if (content.floor >= 0 && std::isfinite(rightLow))
        include(content.floor, rightLow, rightHigh);
    if (!std::isfinite(msLow))
        return scales;
    widen(msLow, msHigh, std::max(1e-6, msHigh * 0.05));
    widen(rightLow, rightHigh, 4 * unit(content));
    scales.msLow = std::max(msLow, 0.0);
    scales.msHigh = msHigh;
    scales.rightLow = content.score.decimals == 0 ? std::max(rightLow, 0.0) : rightLow;
    scales.rightHigh = rightHigh;
    return scales;
}

QVector<RatioTick> ratioTicks(double todayMs, const PlotScales& scales, double widthPx, double minGapPx)
{
    // In order of importance: a later one is left out where it would touch an earlier one.
    static constexpr double round[] = {
        1, 2, 4, 3, 8, 16, 1.5, 2.5, 0.5, 6, 5, 1.25, 7, 3.5, 10, 12, 20, 0.75, 30, 50, 100, 0.25, 0.1};
    static constexpr double fine[] = {1.1, 1.75, 1.2, 1.4, 1.6, 1.8, 2.2, 2.4, 0.9, 0.8, 1.05, 0.95, 0.05, 0.02, 0.01};
    QVector<RatioTick> ticks;
    if (!(todayMs > 0) || !(widthPx > 0))
        return ticks;
    const double pxPerMs = widthPx / (scales.msHigh - scales.msLow);
    const auto offer = [&](double ratio) {
        const double ms = todayMs / ratio;
        if (ms < scales.msLow || ms > scales.msHigh)
            return;
        const bool crowded = std::any_of(ticks.cbegin(), ticks.cend(),
            [&](const RatioTick& tick) { return std::abs(tick.ms - ms) * pxPerMs < minGapPx; });
        if (!crowded)
            ticks.append({ms, plainNumber(ratio, 2) + QLatin1Char('x')});
    };
    for (const double ratio : round)
        offer(ratio);
    // A narrow range may hold no round ratio at all.
    if (ticks.size() < 3)
        for (const double ratio : fine)
            offer(ratio);
    std::sort(ticks.begin(), ticks.end(), [](const RatioTick& a, const RatioTick& b) { return a.ms < b.ms; });
    return ticks;
}

QString Score::text(double value) const
{
    return decimals == 0 ? grouped(std::lround(value)) : QString::number(value, 'f', decimals);
}

QVector<int> walkingOrder(const QVector<Mark>& marks, bool withFailed)
{
    QVector<int> order(marks.size());
    std::iota(order.begin(), order.end(), 0);
    if (!withFailed)
        order.removeIf([&](int i) { return marks[i].failed; });
    std::stable_sort(order.begin(), order.end(),
        [&](int a, int b) { return std::pair(marks[a].failed, marks[a].ms) < std::pair(marks[b].failed, marks[b].ms); });
    return order;
}

QString plotSummary(const PlotContent& content)
{
    if (content.marks.isEmpty())
        return content.emptyText;
    double best = 0;
    for (const Mark& mark : content.marks)
        if (usable(mark) && content.todayMs > 0 && (content.floor < 0 || mark.right >= content.floor))
            best = std::max(best, content.todayMs / mark.ms);
    QString text = content.marks.size() == 1 ? QStringLiteral("1 trial")
                                             : QStringLiteral("%1 trials").arg(grouped(content.marks.size()));
    if (best > 0)
        text += QStringLiteral(", best %1 times faster").arg(QString::number(best, 'f', 1));
    if (!content.recordedOn.isEmpty())
        text += QStringLiteral(", recorded on %1").arg(content.recordedOn);
    return text;
}

QPointF PlotMap::of(const Mark& mark, bool isCollapsed) const
{
    if (mark.failed) {
        const double at = mark.ms > 0 ? x(mark.ms) : area.left() + 24;
        return {std::clamp(at, area.left() + 4, area.right() - 4), area.bottom() - 5};
    }
    return {x(mark.ms), isCollapsed ? area.bottom() - 8 : y(mark.right)};
}

} // namespace octet::widgets
