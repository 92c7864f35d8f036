// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/presentation_chart.h"

#include "core/values/axis.h"
#include "widgets/mark_look.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

double markSize(const Mark& mark)
{
    return mark.role == Mark::Role::Chosen || mark.role == Mark::Role::BestSoFar ? 46
        : mark.role == Mark::Role::Today                                         ? 26
                                                                                 : 28;
}

QRectF around(QPointF at, double radius)
{
    return {at.x() - radius, at.y() - radius, 2 * radius, 2 * radius};
}

} // namespace

PresentationChart::PresentationChart(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PresentationChart::setContent(const PresentationContent& content)
{
    m_content = content;
    PlotContent plot;
    plot.score = content.score;
    plot.samples = content.samples;
    plot.floor = content.floor;
    for (const PresentationContent::Step& step : content.steps)
        plot.marks << step.mark;
    m_scales = plotScales(plot);
    update();
}

void PresentationChart::setStep(int step)
{
    m_step = step;
    update();
}

void PresentationChart::setScale(double scale)
{
    m_scale = scale;
    update();
}

double PresentationChart::todayMs() const
{
    return m_content.steps.isEmpty() ? 0 : m_content.steps.front().mark.ms;
}

PlotMap PresentationChart::map() const
{
    const double line = fontMetrics().height(), number = fontMetrics().horizontalAdvance(QStringLiteral("00000"));
    return {QRectF(rect()).adjusted(line * 1.6 + number, line * 2.6, -unit(8), -line * 2.8), m_scales};
}

QPointF PresentationChart::position(int step) const
{
    return map().of(m_content.steps[step].mark, m_scales.collapsed.value(step));
}

void PresentationChart::paintAxes(QPainter& painter, const PlotMap& map, const Theme& theme) const
{
    const QRectF& area = map.area;
    const double line = fontMetrics().height();
    const auto text = [&](QPointF centre, const QString& words, const QColor& ink, int align = Qt::AlignCenter) {
        painter.setPen(ink);
        const double width = fontMetrics().horizontalAdvance(words) + 4;
        const double left = align & Qt::AlignRight ? centre.x() - width : centre.x() - width / 2;
        painter.drawText(QRectF(left, centre.y() - line / 2, width, line), align | Qt::AlignVCenter, words);
    };
    const bool whole = m_content.score.decimals == 0;
    const double up = niceStep(m_scales.rightHigh - m_scales.rightLow, 5, whole);
    for (double at = std::ceil(m_scales.rightLow / up) * up; at <= m_scales.rightHigh + up * 1e-6; at += up) {
        painter.setPen(QPen(theme.grid, unit(1.5)));
        painter.drawLine(QPointF(area.left(), map.y(at)), QPointF(area.right(), map.y(at)));
        text({area.left() - unit(12), map.y(at)}, m_content.score.text(at), theme.secondary, Qt::AlignRight);
    }
    const double along = niceStep(m_scales.msHigh - m_scales.msLow, 5, false);
    const int decimals = std::max(0, -int(std::floor(std::log10(along))));
    const auto tick = [&](double x, double y, double length) {
        painter.setPen(QPen(theme.border, unit(1.5)));
        painter.drawLine(QPointF(x, y), QPointF(x, y + length));
    };
    for (double at = std::ceil(m_scales.msLow / along) * along; at <= m_scales.msHigh + along * 1e-6; at += along) {
        tick(map.x(at), area.bottom(), unit(7));
        text({map.x(at), area.bottom() + unit(10) + line / 2}, QString::number(at, 'f', decimals), theme.secondary);
    }
    for (const RatioTick& ratio :
        ratioTicks(todayMs(), m_scales, area.width(), fontMetrics().horizontalAdvance(QStringLiteral("0.00x")) * 1.5)) {
        tick(map.x(ratio.ms), area.top(), -unit(7));
        text({map.x(ratio.ms), area.top() - unit(10) - line / 2}, ratio.text, theme.secondary);
    }
    painter.setPen(theme.secondary);
    painter.drawText(area.adjusted(unit(14), unit(10), 0, 0), Qt::AlignLeft | Qt::AlignTop, tr("\u2196 better"));
    painter.setPen(QPen(theme.border, unit(1.5)));
    painter.drawLine(area.topLeft(), area.bottomLeft());
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const QString each = m_content.sampleNoun.isEmpty() ? tr("sample") : singular(m_content.sampleNoun);
    text({area.center().x(), area.top() - unit(12) - line * 1.6}, tr("times faster than today"), theme.secondary);
    text({area.center().x(), area.bottom() + unit(14) + line * 1.8}, tr("Median time per %1, ms").arg(each), theme.text);
    painter.save();
    painter.translate(line * 0.6, area.center().y());
    painter.rotate(-90);
    text({0, 0}, m_content.score.title.isEmpty()
            ? tr("Right answers, of %1 %2").arg(grouped(m_content.samples), m_content.sampleNoun)
            : m_content.score.title,
        theme.text);
    painter.restore();
}

void PresentationChart::paintBand(QPainter& painter, const PlotMap& map, const Theme& theme, LabelSpace& space) const
{
    const QRectF& area = map.area;
    if (m_content.floor < 0)
        return;
    const double y = std::clamp(map.y(m_content.floor), area.top(), area.bottom());
    painter.fillRect(QRectF(area.topLeft(), QPointF(area.right(), y)), theme.band);
    painter.setPen(QPen(theme.meets, unit(2)));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    space.lines << QLineF(area.left(), y, area.right(), y);
    const QString words = m_content.score.word.isEmpty()
        ? tr("Acceptable: %1 or more").arg(m_content.score.text(m_content.floor))
        : tr("Acceptable: %1 or more %2").arg(m_content.score.text(m_content.floor), m_content.score.word);
    const double line = fontMetrics().height(), width = fontMetrics().horizontalAdvance(words);
    const QRectF place(area.right() - width - unit(14), y - line - unit(6), width, line);
    painter.setPen(theme.meets);
    painter.drawText(place, Qt::AlignCenter, words);
    space.obstacles.append(place);
}

void PresentationChart::paintArrow(QPainter& painter, const Theme& theme, LabelSpace& space) const
{
    const PresentationContent::Step& to = m_content.steps[m_step];
    if (m_step == 0 || to.arrow.isEmpty())
        return;
    QLineF way(position(0), position(m_step));
    const double clear = unit(markSize(m_content.steps[0].mark) / 2 + 12), reach = unit(markSize(to.mark) / 2 + 8);
    if (way.length() < clear + reach + unit(40))
        return;
    way = QLineF(way.pointAt(clear / way.length()), way.pointAt(1 - reach / way.length()));
    painter.setPen(QPen(theme.frontier, unit(1.75), Qt::DashLine));
    painter.drawLine(way);
    painter.save();
    painter.translate(way.p2());
    painter.rotate(-way.angle());
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.frontier);
    painter.drawPolygon(QPolygonF {{unit(2), 0}, {unit(-12), unit(-6)}, {unit(-12), unit(6)}});
    painter.restore();
    space.lines << way;
    const double line = fontMetrics().height(), width = fontMetrics().horizontalAdvance(to.arrow);
    const bool flat = std::abs(way.dy()) < line && width + unit(24) < std::abs(way.dx());
    if (!flat)
        return; // the words beside the mark say it too
    const QRectF place(way.center().x() - width / 2, way.center().y() - line - unit(6), width, line);
    painter.setPen(theme.text);
    painter.drawText(place, Qt::AlignCenter, to.arrow);
    space.obstacles.append(place);
}

void PresentationChart::paintStep(QPainter& painter, int step, const Theme& theme, LabelSpace& space) const
{
    const PresentationContent::Step& shown = m_content.steps[step];
    const MarkLook look = markLook(shown.mark.kind, shown.mark.role, theme);
    const QPointF at = position(step);
    const double size = unit(markSize(shown.mark));
    paintMark(painter, look.shape, at, size, look.colour, theme.panel);
    const QFont strong = strongFont(font());
    const double line = fontMetrics().height();
    const QSizeF words(std::max(QFontMetricsF(strong).horizontalAdvance(look.word),
                           QFontMetricsF(font()).horizontalAdvance(shown.detail))
            + 4,
        2 * line);
    const PlacedLabel place = placeLabel(space, at, size / 2 + unit(10), words);
    space.obstacles.append(place.rect);
    if (place.leader) {
        painter.setPen(QPen(look.colour, unit(1.5)));
        painter.drawLine(place.leaderLine);
    }
    const bool leftOf = place.rect.right() < at.x();
    const int align = (leftOf ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
    painter.setFont(strong);
    painter.setPen(look.colour);
    painter.drawText(QRectF(place.rect.topLeft(), QSizeF(words.width(), line)), align, look.word);
    painter.setFont(font());
    painter.setPen(theme.text);
    painter.drawText(
        QRectF(place.rect.left(), place.rect.top() + line, words.width(), line), align, shown.detail);
}

void PresentationChart::paintEvent(QPaintEvent*)
{
    if (m_content.steps.isEmpty())
        return;
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const PlotMap map = this->map();
    LabelSpace space;
    space.bounds = map.area.adjusted(unit(8), unit(4), -unit(8), -unit(4));
    paintBand(painter, map, theme, space);
    paintAxes(painter, map, theme);
    for (int step = 0; step < m_content.steps.size(); ++step) // also of those to come: words stay where they are
        space.obstacles.append(around(position(step), unit(markSize(m_content.steps[step].mark) / 2 + 4)));
    paintArrow(painter, theme, space);
    for (int step = 0; step <= m_step && step < m_content.steps.size(); ++step)
        paintStep(painter, step, theme, space);
}

} // namespace octet::widgets
