// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_painter.h"

#include "widgets/mark_look.h"
#include "widgets/words.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {

constexpr double hitRadius = 13; // a target of at least 24 px

} // namespace

void FrontierPlotPainter::setContent(const PlotContent& content)
{
    m_content = content;
    // Numbers come from files too: a mark without a place cannot be shown.
    m_content.marks.removeIf([](const Mark& mark) {
        return !mark.failed && !(std::isfinite(mark.ms) && std::isfinite(mark.right) && mark.ms > 0);
    });
    for (Mark& mark : m_content.marks)
        if (!std::isfinite(mark.ms))
            mark.ms = 0;
    if (m_content.ghost && !(std::isfinite(m_content.ghost->ms) && std::isfinite(m_content.ghost->right)))
        m_content.ghost.reset();
    if (m_content.marks.isEmpty())
        m_view.reset();
    applyView();
}

void FrontierPlotPainter::applyView()
{
    m_map.scales = plotScales(m_content);
    if (!m_view)
        return;
    m_map.scales.msLow = m_view->msLow, m_map.scales.msHigh = m_view->msHigh;
    m_map.scales.rightLow = m_view->rightLow, m_map.scales.rightHigh = m_view->rightHigh;
    // Where somebody has gone to look, a mark that collapsed stands in its place.
    for (int i = 0; i < m_content.marks.size(); ++i)
        if (m_content.marks[i].right >= m_view->rightLow)
            m_map.scales.collapsed[i] = false;
}

void FrontierPlotPainter::zoom(double factor, QPointF at)
{
    const PlotScales all = plotScales(m_content), &now = m_map.scales;
    const QRectF& area = m_map.area;
    if (!(factor > 0) || area.width() <= 0 || area.height() <= 0)
        return;
    const double share = (now.msHigh - now.msLow) * factor / (all.msHigh - all.msLow);
    if (share < 1e-3 || share > 3)
        return;
    const double x = std::clamp((at.x() - area.left()) / area.width(), 0.0, 1.0);
    const double y = std::clamp((area.bottom() - at.y()) / area.height(), 0.0, 1.0);
    const double width = now.msHigh - now.msLow, height = now.rightHigh - now.rightLow;
    View view;
    view.msLow = now.msLow + x * width * (1 - factor), view.msHigh = view.msLow + width * factor;
    view.rightLow = now.rightLow + y * height * (1 - factor), view.rightHigh = view.rightLow + height * factor;
    m_view = view;
    applyView();
}

void FrontierPlotPainter::pan(QPointF pixels)
{
    const PlotScales& now = m_map.scales;
    const QRectF& area = m_map.area;
    if (area.width() <= 0 || area.height() <= 0)
        return;
    const double ms = -pixels.x() / area.width() * (now.msHigh - now.msLow);
    const double right = pixels.y() / area.height() * (now.rightHigh - now.rightLow);
    m_view = View{now.msLow + ms, now.msHigh + ms, now.rightLow + right, now.rightHigh + right};
    applyView();
}

void FrontierPlotPainter::showAll()
{
    m_view.reset();
    applyView();
}

int FrontierPlotPainter::indexOf(int trial) const
{
    for (int i = 0; i < m_content.marks.size(); ++i)
        if (m_content.marks[i].trial == trial)
            return i;
    return -1;
}

double FrontierPlotPainter::radius(int index) const
{
    const Mark& mark = m_content.marks[index];
    if (mark.failed || m_map.scales.collapsed.value(index))
        return 6;
    return markLook(mark.kind, mark.role, Theme::light()).size / 2;
}

int FrontierPlotPainter::markAt(QPointF point, double reach) const
{
    int best = -1;
    double bestDistance = reach;
    for (int i = 0; i < m_positions.size(); ++i) {
        const QPointF away = point - m_positions[i];
        if (!visible(i) || std::abs(away.x()) > reach || std::abs(away.y()) > reach)
            continue;
        double distance = std::hypot(away.x(), away.y());
        if (distance > reach)
            continue;
        if (labelled(m_content.marks[i]))
            distance -= 3;
        if (distance < bestDistance || best < 0) {
            best = i;
            bestDistance = distance;
        }
    }
    return best;
}

FrontierPlotPainter::Target FrontierPlotPainter::hit(QPointF point) const
{
    constexpr double touch = 6;
    if (const int mark = markAt(point, touch); mark >= 0)
        return {Target::Kind::Mark, mark};
    if (const int whatIf = whatIfAt(point); whatIf >= 0)
        return {Target::Kind::WhatIf, whatIf};
    if (const int mark = markAt(point, hitRadius); mark >= 0)
        return {Target::Kind::Mark, mark};
    const QPointF ghost = ghostPosition();
    if (!ghost.isNull() && QLineF(ghost, point).length() <= hitRadius)
        return {Target::Kind::Ghost, 0};
    if (onFloor(point))
        return {Target::Kind::Floor, 0};
    return {};
}

QString FrontierPlotPainter::tooltip(Target target) const
{
    switch (target.kind) {
    case Target::Kind::Mark: {
        const Mark mark = m_content.marks.value(target.index);
        return mark.tooltip.isEmpty() && m_content.tooltipOf ? m_content.tooltipOf(mark.trial) : mark.tooltip;
    }
    case Target::Kind::Ghost:
        return m_content.ghost ? m_content.ghost->tooltip : QString();
    case Target::Kind::WhatIf: {
        const QString words = m_whatIfs.lines.value(target.index).tooltip;
        return m_whatIfFactor == 1 ? words : words + QStringLiteral("\ndrawn %1 times as far").arg(m_whatIfFactor);
    }
    default:
        return {};
    }
}

QString FrontierPlotPainter::floorText() const
{
    const Score& score = m_content.score;
    const double least = score.decimals == 0 ? std::ceil(m_content.floor - 1e-9) : m_content.floor;
    const QString text = QStringLiteral("Acceptable: %1 or more").arg(score.text(least));
    return score.word.isEmpty() ? text : text + QLatin1Char(' ') + score.word;
}

bool FrontierPlotPainter::floorVisible() const
{
    return m_content.floor >= 0 && m_content.floor >= m_map.scales.rightLow && m_content.floor <= m_map.scales.rightHigh;
}

void FrontierPlotPainter::paintBand(QPainter& painter, const Theme& theme) const
{
    if (m_content.floor < 0 || m_content.marks.isEmpty())
        return;
    QRectF band = m_map.area;
    band.setBottom(std::clamp(m_map.y(m_content.floor), band.top(), band.bottom()));
    painter.fillRect(band, theme.band);
}

void FrontierPlotPainter::paintWhiskers(QPainter& painter, const Theme& theme, int index) const
{
    const Mark& mark = m_content.marks[index];
    if (mark.failed || m_map.scales.collapsed[index] || !visible(index))
        return;
    painter.setPen(QPen(markLook(mark.kind, mark.role, theme).colour, 1.25));
    const QPointF at = m_positions[index];
    const QRectF& area = m_map.area;
    if (mark.msHigh > mark.msLow && mark.msLow > 0) {
        const double a = std::max(area.left(), m_map.x(mark.msLow)), b = std::min(area.right(), m_map.x(mark.msHigh));
        painter.drawLine(QPointF(a, at.y()), QPointF(b, at.y()));
        for (const double x : {a, b})
            painter.drawLine(QPointF(x, at.y() - 4), QPointF(x, at.y() + 4));
    }
    if (mark.rightHigh > mark.rightLow) {
        const double low = m_map.y(mark.rightLow);
        const double a = std::max(area.top(), m_map.y(mark.rightHigh)), b = std::min(area.bottom(), low);
        painter.drawLine(QPointF(at.x(), a), QPointF(at.x(), b));
        painter.drawLine(QPointF(at.x() - 4, a), QPointF(at.x() + 4, a));
        if (low <= area.bottom())
            painter.drawLine(QPointF(at.x() - 4, b), QPointF(at.x() + 4, b));
    }
}

void FrontierPlotPainter::paintEdge(QPainter& painter, const Theme& theme) const
{
    painter.setFont(m_font);
    painter.setPen(theme.secondary);
    for (const auto& [text, rect] : m_edgeWords)
        painter.drawText(rect, Qt::AlignCenter, text);
}

void FrontierPlotPainter::paintSome(QPainter& painter, const Theme& theme, const std::function<bool(const Mark&)>& wanted)
    const
{
    MarkStamps stamps(painter);
    for (int i = 0; i < m_positions.size(); ++i) {
        const Mark& mark = m_content.marks[i];
        if (!visible(i) || !wanted(mark))
            continue;
        if (mark.failed) {
            painter.setPen(QPen(theme.misses, 3, Qt::SolidLine, Qt::FlatCap));
            painter.drawLine(QPointF(m_positions[i].x(), m_map.area.bottom() - 10),
                QPointF(m_positions[i].x(), m_map.area.bottom()));
            continue;
        }
        const MarkLook look = markLook(mark.kind, mark.role, theme);
        const bool inBand = m_content.floor >= 0 && mark.right >= m_content.floor;
        if (m_map.scales.collapsed[i])
            stamps.paint(MarkShape::DownTriangle, m_positions[i], 11, look.colour, theme.panel);
        else if (labelled(mark))
            paintMark(painter, look.shape, m_positions[i], look.size, look.colour, inBand ? theme.band : theme.panel);
        else
            stamps.paint(look.shape, m_positions[i], look.size, look.colour, inBand ? theme.band : theme.panel);
    }
}

void FrontierPlotPainter::paintMarks(QPainter& painter, const Theme& theme) const
{
    if (m_content.marks.isEmpty())
        return;
    painter.setFont(m_font);
    painter.setPen(QPen(theme.secondary, 1.25, Qt::SolidLine, Qt::RoundCap));
    const QPointF corner = m_better.topLeft() + QPointF(2, 2);
    painter.drawLine(corner, corner + QPointF(10, 10));
    painter.drawPolyline(QPolygonF({corner + QPointF(0, 5), corner, corner + QPointF(5, 0)}));
    painter.drawText(m_better.adjusted(18, 0, 6, 0), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("better"));

    if (floorVisible()) {
        const double y = m_map.y(m_content.floor);
        painter.setPen(QPen(theme.meets, 1.5));
        painter.drawLine(QPointF(m_map.area.left(), y), QPointF(m_map.area.right(), y));
        paintGrip(painter, theme, m_content.floor);
    }
    // The line stays visible in a crowd: above what it does not touch, below its own marks.
    const int selected = indexOf(m_selected);
    const QSet<int> frontier(m_content.frontier.begin(), m_content.frontier.end());
    paintSome(painter, theme, [&](const Mark& mark) { return !labelled(mark) && !frontier.contains(mark.trial); });
    painter.setPen(QPen(theme.frontier, 1.5, Qt::SolidLine, Qt::SquareCap));
    painter.setClipRect(m_map.area);
    painter.drawLines(m_frontier);
    painter.setClipping(false);
    if (!m_floorWords.isNull()) {
        // The frontier may run along the floor: the words interrupt it.
        const QRectF words = m_floorWords.adjusted(-4, 0, 4, -1);
        painter.fillRect(words, theme.band);
        painter.setPen(theme.meets);
        painter.drawText(words, Qt::AlignCenter, floorText());
    }
    for (int i = 0; i < m_positions.size(); ++i)
        if (i == selected || labelled(m_content.marks[i]))
            paintWhiskers(painter, theme, i);
    paintSome(painter, theme, [&](const Mark& mark) { return !labelled(mark) && frontier.contains(mark.trial); });
    paintSome(painter, theme, [](const Mark& mark) { return labelled(mark); });
    if (selected >= 0 && visible(selected)) {
        painter.setPen(QPen(theme.text, 1.75));
        painter.setBrush(Qt::NoBrush);
        const double r = radius(selected) + 4.5;
        painter.drawEllipse(m_positions[selected], r, r);
    }
    paintGhost(painter, theme);
    paintEdge(painter, theme);
    paintWords(painter, theme);
    paintKey(painter, theme);
}

void FrontierPlotPainter::paintWords(QPainter& painter, const Theme& theme) const
{
    const QFont strong = strongFont(m_font);
    for (const Words& words : m_words) {
        const Mark& mark = m_content.marks[words.index];
        const QColor colour = mark.failed ? theme.misses : markLook(mark.kind, mark.role, theme).colour;
        if (words.place.leader) {
            painter.setPen(QPen(colour, 1));
            painter.drawLine(words.place.leaderLine);
        }
        QRectF rect = words.place.rect;
        painter.setFont(strong);
        painter.setPen(mark.role == Mark::Role::Today ? theme.text : colour);
        painter.drawText(rect.adjusted(0, 0, 4, 0), Qt::AlignLeft | Qt::AlignVCenter, words.strong);
        rect.setLeft(rect.left() + QFontMetricsF(strong).horizontalAdvance(words.strong));
        painter.setFont(m_font);
        painter.setPen(theme.text);
        painter.drawText(rect.adjusted(0, 0, 4, 0), Qt::AlignLeft | Qt::AlignVCenter, words.text);
    }
}

void FrontierPlotPainter::paintKey(QPainter& painter, const Theme& theme) const
{
    if (m_key.isNull())
        return;
    QSizeF size;
    painter.setFont(m_font);
    for (const auto& [entry, at] : keyEntries(&size)) {
        const QRectF rect = at.translated(m_key.topLeft());
        const QPointF sign(rect.left() + 5, rect.center().y());
        const bool inBand = m_content.floor >= 0 && rect.center().y() < m_map.y(m_content.floor);
        painter.fillRect(rect.adjusted(-4, 1, 4, -1), inBand ? theme.band : theme.panel); // the grid ends here
        switch (entry) {
        case KeyStatic:
            paintMark(painter, MarkShape::Circle, sign, 9, theme.otherMarks, theme.panel);
            break;
        case KeyDynamic:
            paintMark(painter, MarkShape::Diamond, sign, 9, theme.otherMarks, theme.panel);
            break;
        case KeyBf16:
            paintMark(painter, MarkShape::Triangle, sign, 9, theme.otherMarks, theme.panel);
            break;
        case KeyCollapsed:
            paintMark(painter, MarkShape::DownTriangle, sign, 11, theme.otherMarks, theme.panel);
            break;
        default:
            painter.setPen(QPen(theme.frontier, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawPolyline(
                QPolygonF({sign + QPointF(-6, 4), sign + QPointF(0, 4), sign + QPointF(0, -4), sign + QPointF(6, -4)}));
        }
        painter.setPen(theme.secondary);
        painter.drawText(rect.adjusted(16, 0, 4, 0), Qt::AlignLeft | Qt::AlignVCenter, keyText(entry));
    }
}

void FrontierPlotPainter::paintOverlay(
    QPainter& painter, const Theme& theme, Target hovered, const QRectF& widget) const
{
    const bool line = hovered.kind == Target::Kind::WhatIf;
    paintWhatIfs(painter, theme, line ? hovered.index : -1);
    paintWhatIfFloor(painter, theme);
    QPointF at;
    if (hovered.kind == Target::Kind::Mark && hovered.index < m_positions.size()) {
        at = m_positions[hovered.index];
        paintMark(painter, MarkShape::Dotted, at, 2 * radius(hovered.index) + 9, theme.text, Qt::transparent);
    } else if (line) {
        at = whatIfLine(hovered.index).p2();
    } else if (hovered.kind == Target::Kind::Ghost) {
        at = ghostPosition();
    }
    if (!at.isNull())
        paintTooltip(painter, theme, at, tooltip(hovered), widget);
}

void FrontierPlotPainter::paintTooltip(
    QPainter& painter, const Theme& theme, QPointF at, const QString& words, const QRectF& widget) const
{
    const QStringList lines = words.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (lines.isEmpty())
        return;
    const QFont strong = strongFont(m_font);
    const QFontMetricsF plainMetrics(m_font), strongMetrics(strong);
    const QString head = lines.first().section(QLatin1Char(','), 0, 0);
    const QString rest = lines.first().mid(head.size());
    double width = strongMetrics.horizontalAdvance(head) + plainMetrics.horizontalAdvance(rest);
    for (const QString& line : lines.mid(1))
        width = std::max(width, plainMetrics.horizontalAdvance(line));
    const double lineHeight = std::max(16.0, plainMetrics.height() + 1);
    QRectF box(0, 0, std::min(width + 22, widget.width() - 8), lines.size() * lineHeight + 14);
    box.moveTopLeft(at + QPointF(22, 14));
    if (box.right() > widget.right() - 4)
        box.moveRight(at.x() - 22);
    if (box.bottom() > widget.bottom() - 4)
        box.moveBottom(at.y() - 14);
    box.moveLeft(
        std::clamp(box.left(), widget.left() + 4, std::max(widget.left() + 4, widget.right() - 4 - box.width())));
    box.moveTop(std::max(box.top(), widget.top() + 4));

    painter.setPen(QPen(theme.border, 1));
    painter.setBrush(theme.header);
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(theme.text);
    QRectF line(box.left() + 10, box.top() + 7, box.width() - 16, lineHeight);
    for (int i = 0; i < lines.size(); ++i) {
        double offset = 0;
        if (i == 0) {
            painter.setFont(strong);
            painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, head);
            offset = strongMetrics.horizontalAdvance(head);
        }
        painter.setFont(m_font);
        painter.drawText(line.adjusted(offset, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
            plainMetrics.elidedText(i == 0 ? rest : lines[i], Qt::ElideRight, line.width() - offset + 4));
        line.translate(0, lineHeight);
    }
}

} // namespace octet::widgets
