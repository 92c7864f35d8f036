// SPDX-License-Identifier: GPL-3.0-or-later
// The draft on the plot, and where it would land if one op changed. Predictions only: no hue, never an axis' business.
#include "widgets/frontier_plot_painter.h"
#include "widgets/words.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

constexpr double ringRadius = 7;
constexpr double shortest = 18; // of a line, so that it can be seen and clicked beside the ring
constexpr double readable = 48; // the longest line is drawn at least this long
constexpr double lineReach = 6, tipReach = 12; // px around that belong to a line and to its tip
constexpr double factors[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

double length(QPointF d)
{
    return std::hypot(d.x(), d.y());
}

double distanceTo(const QLineF& line, QPointF point)
{
    const QPointF d = line.p2() - line.p1(), to = point - line.p1();
    const double square = QPointF::dotProduct(d, d);
    const double t = square > 0 ? std::clamp(QPointF::dotProduct(d, to) / square, 0.0, 1.0) : 0;
    return length(to - t * d);
}

/// The part of a line from inside the area that stays inside.
QLineF clipped(const QLineF& line, const QRectF& area)
{
    double t = 1;
    const auto limit = [&](double from, double to, double low, double high) {
        if (to > high && to > from)
            t = std::min(t, (high - from) / (to - from));
        if (to < low && to < from)
            t = std::min(t, (low - from) / (to - from));
    };
    limit(line.x1(), line.x2(), area.left(), area.right());
    limit(line.y1(), line.y2(), area.top(), area.bottom());
    return {line.p1(), line.pointAt(std::max(0.0, t))};
}

} // namespace

QPointF FrontierPlotPainter::inside(double ms, double right) const
{
    const QRectF& area = m_map.area;
    return {std::clamp(m_map.x(ms), area.left() + 6, std::max(area.left() + 6, area.right() - 6)),
        std::clamp(m_map.y(right), area.top() + 6, std::max(area.top() + 6, area.bottom() - 6))};
}

QPointF FrontierPlotPainter::ghostPosition() const
{
    if (!m_content.ghost || m_content.marks.isEmpty())
        return {};
    return inside(m_content.ghost->ms, m_content.ghost->right);
}

QRectF FrontierPlotPainter::ghostBox() const
{
    const Ghost& ghost = *m_content.ghost;
    const QRectF& area = m_map.area;
    const auto x = [&](double ms) { return std::clamp(m_map.x(ms), area.left(), area.right()); };
    const auto y = [&](double right) { return std::clamp(m_map.y(right), area.top(), area.bottom()); };
    return QRectF(QPointF(x(ghost.msLow), y(ghost.rightHigh)), QPointF(x(ghost.msHigh), y(ghost.rightLow)))
        .united(QRectF(ghostPosition() - QPointF(10, 10), QSizeF(20, 20)));
}

/// Words of marks keep off the ring, and where they can off the lines of the interval.
void FrontierPlotPainter::reserveGhost(LabelSpace& space) const
{
    const QPointF at = ghostPosition();
    if (at.isNull())
        return;
    const QRectF box = ghostBox();
    space.lines << QLineF(box.topLeft(), box.topRight()) << QLineF(box.bottomLeft(), box.bottomRight())
                << QLineF(box.topLeft(), box.bottomLeft()) << QLineF(box.topRight(), box.bottomRight());
    space.obstacles.append(QRectF(at - QPointF(ringRadius, ringRadius), QSizeF(2 * ringRadius, 2 * ringRadius)));
}

void FrontierPlotPainter::arrangeGhost(LabelSpace& space)
{
    m_ghostWords = {};
    const QPointF at = ghostPosition();
    if (at.isNull())
        return;
    const QFontMetricsF metrics(m_font);
    const double width = std::max(metrics.horizontalAdvance(ghostWord()), metrics.horizontalAdvance(m_content.ghost->label));
    const PlacedLabel place = placeLabel(
        space, at, ringRadius + 4, QSizeF(width + 2, metrics.height() * (m_content.ghost->label.isEmpty() ? 1 : 2)));
    m_ghostWords = place.rect;
    space.obstacles.append(place.rect);
}

QString FrontierPlotPainter::ghostWord() const
{
    return QStringLiteral("Draft, predicted");
}

void FrontierPlotPainter::paintGhost(QPainter& painter, const Theme& theme) const
{
    const QPointF at = ghostPosition();
    if (at.isNull())
        return;
    const Ghost& ghost = *m_content.ghost;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.frontier, 1, Qt::DashLine));
    painter.drawRect(ghostBox());
    painter.setPen(QPen(theme.frontier, 1.5, Qt::DashLine));
    painter.setBrush(m_content.floor >= 0 && ghost.right >= m_content.floor ? theme.band : theme.panel);
    painter.drawEllipse(at, ringRadius, ringRadius);
    painter.setFont(m_font);
    painter.setPen(theme.text);
    painter.drawText(m_ghostWords, Qt::AlignLeft | Qt::AlignTop, ghostWord());
    painter.setPen(theme.secondary);
    painter.drawText(m_ghostWords, Qt::AlignLeft | Qt::AlignBottom, ghost.label);
}

void FrontierPlotPainter::setWhatIfs(const WhatIfs& whatIfs)
{
    m_whatIfs = whatIfs;
    m_whatIfs.lines.removeIf([](const WhatIf& w) { return !std::isfinite(w.ms) || !std::isfinite(w.right); });
    arrangeWhatIfs();
}

void FrontierPlotPainter::arrangeWhatIfs()
{
    m_whatIfLines.clear();
    m_whatIfWords.clear();
    m_whatIfFactor = 1;
    if (m_content.marks.isEmpty() || !std::isfinite(m_whatIfs.ms) || !std::isfinite(m_whatIfs.right))
        return;
    const QPointF from = inside(m_whatIfs.ms, m_whatIfs.right);
    QVector<QPointF> moves;
    double longest = 0;
    for (const WhatIf& whatIf : m_whatIfs.lines) {
        moves.append(QPointF(m_map.x(whatIf.ms) - m_map.x(m_whatIfs.ms), m_map.y(whatIf.right) - m_map.y(m_whatIfs.right)));
        longest = std::max(longest, length(moves.last()));
    }
    // One op moves a point by a hair: all lines grow by the same factor, which is said.
    for (const double factor : factors) {
        m_whatIfFactor = int(factor);
        if (longest * factor >= readable)
            break;
    }
    LabelSpace space = m_space;
    const QFontMetricsF metrics(m_font);
    for (int i = 0; i < moves.size(); ++i) {
        const double distance = length(moves[i]);
        if (!(distance > 1e-9)) {
            m_whatIfLines.append(QLineF());
            m_whatIfWords.append(QRectF());
            continue;
        }
        const QPointF direction = moves[i] / distance;
        const double drawn = std::max(shortest, distance * m_whatIfFactor);
        const QLineF line = clipped({from + direction * ringRadius, from + direction * drawn}, m_map.area);
        m_whatIfLines.append(line);
        // Words where there is room for them; the tool tip has them always.
        const PlacedLabel place =
            placeLabel(space, line.p2(), 3, QSizeF(metrics.horizontalAdvance(m_whatIfs.lines[i].label) + 2, metrics.height()));
        const bool free = place.cost < 1000 && !place.leader && !m_whatIfs.lines[i].label.isEmpty();
        m_whatIfWords.append(free ? place.rect : QRectF());
        if (free)
            space.obstacles.append(place.rect);
    }
}

void FrontierPlotPainter::paintWhatIfs(QPainter& painter, const Theme& theme, int hovered) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_font);
    for (int i = 0; i < m_whatIfLines.size(); ++i) {
        const QLineF& line = m_whatIfLines[i];
        if (line.isNull())
            continue;
        const bool strong = i == hovered;
        painter.setPen(QPen(strong ? theme.text : theme.frontier, strong ? 2.25 : 1.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(line);
        const double angle = std::atan2(line.dy(), line.dx());
        const auto barb = [&](double turn) {
            return line.p2() - 6 * QPointF(std::cos(angle + turn), std::sin(angle + turn));
        };
        painter.drawPolyline(QPolygonF({barb(0.5), line.p2(), barb(-0.5)}));
        if (!m_whatIfWords[i].isNull()) {
            painter.setPen(strong ? theme.text : theme.secondary);
            painter.drawText(m_whatIfWords[i], Qt::AlignLeft | Qt::AlignVCenter, m_whatIfs.lines[i].label);
        }
    }
}

int FrontierPlotPainter::whatIfAt(QPointF point) const
{
    int best = -1;
    double nearest = 1;
    for (int i = 0; i < m_whatIfLines.size(); ++i) {
        const QLineF& line = m_whatIfLines[i];
        if (line.isNull())
            continue;
        double share = std::min(distanceTo(line, point) / lineReach, length(point - line.p2()) / tipReach);
        if (m_whatIfWords[i].contains(point))
            share = std::min(share, 0.5);
        if (share < nearest) {
            best = i;
            nearest = share;
        }
    }
    return best;
}

} // namespace octet::widgets
