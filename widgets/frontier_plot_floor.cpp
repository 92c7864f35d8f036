// SPDX-License-Identifier: GPL-3.0-or-later
// The goal's line on the plot, and another one beside it: what if the goal were there. Until somebody sets it, only a
// question.
#include "widgets/frontier_plot_impl.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::widgets {

namespace {

constexpr double reach = 5; // px above and below that belong to the line
constexpr QSizeF gripSize(10, 16);

} // namespace

double FrontierPlotPainter::floorAt(double y) const
{
    const PlotScales& scales = m_map.scales;
    const double share = std::clamp((m_map.area.bottom() - y) / std::max(1.0, m_map.area.height()), 0.0, 1.0);
    return snappedFloor(scales.rightLow + share * (scales.rightHigh - scales.rightLow));
}

double FrontierPlotPainter::snappedFloor(double score) const
{
    const double steps = std::pow(10.0, m_content.score.decimals);
    const double snapped = std::round(score * steps) / steps;
    return std::clamp(snapped, 0.0, m_content.highestFloor >= 0 ? m_content.highestFloor : snapped);
}

bool FrontierPlotPainter::onFloor(QPointF point) const
{
    const auto on = [&](double floor) {
        return point.x() >= m_map.area.left() && point.x() <= m_map.area.right() + gripSize.width()
            && std::abs(point.y() - m_map.y(floor)) <= reach;
    };
    return m_content.floorWords && floorVisible() && (on(m_content.floor) || (m_whatIfFloor && on(*m_whatIfFloor)));
}

void FrontierPlotPainter::paintGrip(QPainter& painter, const Theme& theme, double floor) const
{
    if (!m_content.floorWords)
        return;
    const QPointF centre(m_map.area.right() + gripSize.width() / 2, m_map.y(floor));
    const QRectF grip(centre - QPointF(gripSize.width(), gripSize.height()) / 2, gripSize);
    painter.setPen(QPen(theme.meets, 1.25));
    painter.setBrush(theme.panel);
    painter.drawRoundedRect(grip, 3, 3);
    for (const double dy : {-2.5, 0.0, 2.5})
        painter.drawLine(centre + QPointF(-2.5, dy), centre + QPointF(2.5, dy));
}

void FrontierPlotPainter::paintWhatIfFloor(QPainter& painter, const Theme& theme) const
{
    if (!m_whatIfFloor || m_content.marks.isEmpty())
        return;
    const QRectF& area = m_map.area;
    const double y = std::clamp(m_map.y(*m_whatIfFloor), area.top(), area.bottom());
    painter.setPen(QPen(theme.meets, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    paintGrip(painter, theme, *m_whatIfFloor);
    const QStringList lines =
        (m_content.floorWords ? m_content.floorWords(*m_whatIfFloor) : QString()).split(QLatin1Char('\n'));
    const QFontMetricsF metrics(m_font);
    double width = 0;
    for (const QString& line : lines)
        width = std::max(width, metrics.horizontalAdvance(line));
    QRectF box(0, 0, width + 16, double(lines.size()) * metrics.height() + 8);
    // On the far side of the goal's own line if there is room, over as few marks and words as can be.
    const double away = *m_whatIfFloor < m_content.floor ? y + 6 : y - 6 - box.height();
    const double other = *m_whatIfFloor < m_content.floor ? y - 6 - box.height() : y + 6;
    int fewest = std::numeric_limits<int>::max();
    for (const double top : {away, other}) {
        if (top < area.top() || top + box.height() > area.bottom())
            continue;
        for (double left = area.left() + 8; left + box.width() < area.right() - 160; left += 24) {
            const QRectF place(QPointF(left, top), box.size());
            const int hidden = m_space.obstacles.under(place);
            if (hidden < fewest) {
                fewest = hidden;
                box = place;
            }
        }
    }
    if (box.topLeft().isNull())
        box.moveTopLeft({area.left() + 8, std::clamp(away, area.top(), std::max(area.top(), area.bottom() - box.height()))});
    painter.setPen(QPen(theme.border, 1));
    painter.setBrush(theme.header);
    painter.drawRoundedRect(box, 4, 4);
    painter.setFont(m_font);
    painter.setPen(theme.text);
    painter.drawText(box.adjusted(8, 4, -8, -4), Qt::AlignLeft | Qt::AlignVCenter, lines.join(QLatin1Char('\n')));
}

void FrontierPlot::Impl::setWhatIfFloor(std::optional<double> floor)
{
    // Where the goal is there is no question.
    if (floor && std::abs(*floor - painter.content().floor) < 1e-9)
        floor.reset();
    if (floor == painter.whatIfFloor())
        return;
    painter.setWhatIfFloor(floor);
    const bool allowed = painter.content().whyNoGoal.isEmpty();
    goalButton->setVisible(floor.has_value() && !draggingFloor);
    goalButton->setEnabled(allowed);
    goalButton->setToolTip(allowed ? QStringLiteral("Enter sets it, Esc leaves the goal as it is") : painter.content().whyNoGoal);
    placeGoalButton();
    repaintOverlay();
    describe();
}

void FrontierPlot::Impl::placeGoalButton()
{
    if (!painter.whatIfFloor())
        return;
    const QSize size = goalButton->sizeHint();
    const QRectF& area = painter.map().area;
    const double y = painter.map().y(*painter.whatIfFloor());
    const bool below = *painter.whatIfFloor() < painter.content().floor;
    const double top = std::clamp(below ? y + 6 : y - 6 - size.height(), area.top(),
        std::max(area.top(), area.bottom() - size.height()));
    goalButton->setGeometry(QRect(QPoint(int(area.right()) - size.width() - 8, int(top)), size));
}

void FrontierPlot::Impl::stepFloor(int steps)
{
    const PlotContent& content = painter.content();
    if (content.marks.isEmpty() || content.floor < 0 || !content.floorWords)
        return;
    const double step = content.score.decimals == 0 ? 1 : std::pow(10.0, -std::min(content.score.decimals, 3));
    setWhatIfFloor(painter.snappedFloor(painter.whatIfFloor().value_or(content.floor) + steps * step));
}

void FrontierPlot::Impl::setGoal()
{
    const std::optional<double> floor = painter.whatIfFloor();
    if (!floor || !painter.content().whyNoGoal.isEmpty())
        return;
    setWhatIfFloor({});
    emit q->floorSet(*floor);
}

} // namespace octet::widgets
