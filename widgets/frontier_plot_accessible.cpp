// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_accessible.h"

#include "widgets/frontier_plot.h"

namespace octet::widgets {

namespace {

QString spoken(const Mark& mark, const QString& words)
{
    QStringList parts;
    switch (mark.role) {
    case Mark::Role::Today:
        parts << QStringLiteral("Today");
        break;
    case Mark::Role::EverythingInt8:
        parts << QStringLiteral("Everything int8");
        break;
    case Mark::Role::Chosen:
        parts << QStringLiteral("Chosen");
        break;
    case Mark::Role::BestSoFar:
        parts << QStringLiteral("Best so far");
        break;
    case Mark::Role::Other:
        break;
    }
    if (mark.failed)
        parts << QStringLiteral("failed");
    if (!words.isEmpty())
        parts << words.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    else
        parts << QStringLiteral("trial %1").arg(mark.trial);
    return parts.join(QStringLiteral(", "));
}

} // namespace

QVector<int> AccessibleMarks::keys() const
{
    QVector<int> order = walkingOrder(m_painter->content().marks, true);
    for (int& index : order)
        index = m_painter->content().marks[index].trial;
    return order;
}

AccessiblePart AccessibleMarks::part(int trial) const
{
    const int index = m_painter->indexOf(trial);
    AccessiblePart part;
    if (index < 0)
        return part;
    part.name = spoken(m_painter->content().marks[index], m_painter->tooltip({FrontierPlotPainter::Target::Kind::Mark, index}));
    const double radius = m_painter->radius(index);
    const QPointF centre = m_painter->position(index);
    part.rect = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius).toAlignedRect();
    part.state.selectable = true;
    part.state.selected = m_plot->selectedTrial() == trial;
    return part;
}

int AccessibleMarks::at(const QPoint& point) const
{
    const FrontierPlotPainter::Target hit = m_painter->hit(point);
    return hit.kind == FrontierPlotPainter::Target::Kind::Mark ? m_painter->content().marks[hit.index].trial : -1;
}

} // namespace octet::widgets
