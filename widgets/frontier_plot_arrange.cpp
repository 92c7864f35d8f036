// SPDX-License-Identifier: GPL-3.0-or-later
// Where marks, words and the key stand: all of it is decided here, once per size, and only painted elsewhere.
#include "widgets/frontier_plot_painter.h"
#include "widgets/mark_look.h"
#include "widgets/words.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace octet::widgets {

QVector<QLineF> FrontierPlotPainter::frontierLines() const
{
    QVector<QLineF> lines;
    QPointF previous;
    bool started = false;
    for (const int trial : m_content.frontier) {
        const int index = indexOf(trial);
        if (index < 0 || m_content.marks[index].failed || m_map.scales.collapsed.value(index))
            continue;
        const QPointF point = m_positions[index];
        if (started) {
            lines.append({previous, {point.x(), previous.y()}});
            lines.append({{point.x(), previous.y()}, point});
        }
        previous = point;
        started = true;
    }
    if (started)
        lines.append({previous, {std::max(previous.x(), m_map.area.right()), previous.y()}});
    return lines;
}

void FrontierPlotPainter::arrange(const QRectF& area, const QRectF& widget)
{
    m_map.area = area;
    m_positions.clear();
    m_visible.clear();
    const QRectF shown = area.adjusted(-1, -1, 1, 1);
    for (int i = 0; i < m_content.marks.size(); ++i) {
        const Mark& mark = m_content.marks[i];
        m_positions.append(m_map.of(mark, m_map.scales.collapsed[i]));
        const double x = m_map.x(mark.ms);
        m_visible.append(!m_view || (mark.failed ? x > area.left() && x < area.right() : shown.contains(m_positions[i])));
    }
    m_frontier = frontierLines();

    LabelSpace space;
    space.bounds = area.adjusted(4, 2, std::min(0.0, widget.right() - area.right()) - 4, -2);
    space.lines = m_frontier;
    for (int i = 0; i < m_positions.size(); ++i) {
        if (!visible(i))
            continue;
        const double r = radius(i) + (m_content.marks[i].trial == m_selected ? 7 : 3);
        space.obstacles.append(QRectF(m_positions[i] - QPointF(r, r), QSizeF(2 * r, 2 * r)));
        const Mark& mark = m_content.marks[i];
        if (mark.failed || m_map.scales.collapsed[i] || !(labelled(mark) || mark.trial == m_selected))
            continue;
        const QPointF at = m_positions[i];
        if (mark.msHigh > mark.msLow && mark.msLow > 0)
            space.obstacles.append(
                QRectF(QPointF(m_map.x(mark.msLow) - 1, at.y() - 5), QPointF(m_map.x(mark.msHigh) + 3, at.y() + 5)));
        if (mark.rightHigh > mark.rightLow)
            space.obstacles.append(
                QRectF(QPointF(at.x() - 4, m_map.y(mark.rightHigh)), QPointF(at.x() + 4, m_map.y(mark.rightLow))));
    }
    const QFontMetricsF metrics(m_font);
    m_better = QRectF(area.left() + 8, area.top() + 6, 22 + metrics.horizontalAdvance(QStringLiteral("better")),
        std::max(16.0, metrics.height()));
    space.obstacles.append(m_better);
    m_floorWords = {};
    if (floorVisible()) {
        const double y = m_map.y(m_content.floor);
        space.lines.append({area.left(), y, area.right(), y});
        const QSizeF size(metrics.horizontalAdvance(floorText()), metrics.height());
        QRectF best;
        int bestHits = 1 << 30;
        // Along the line, from the right, above it before below it.
        for (int step = 0; step < 10; ++step) {
            for (const double top : {y - size.height() - 2, y + 2}) {
                const QRectF rect(QPointF(area.right() - size.width() - 12 - step * area.width() / 12, top), size);
                if (!space.bounds.adjusted(-4, -2, 4, 2).contains(rect))
                    continue;
                const int hits = space.obstacles.under(rect);
                if (hits < bestHits) {
                    best = rect;
                    bestHits = hits;
                }
            }
        }
        m_floorWords = best;
        if (!best.isNull())
            space.obstacles.append(best);
    }
    arrangeEdge(space);
    reserveGhost(space);
    arrangeLabels(space);
    arrangeGhost(space);
    arrangeKey(space);
    m_space = space;
    arrangeWhatIfs();
}

void FrontierPlotPainter::arrangeEdge(LabelSpace& space)
{
    m_edgeWords.clear();
    const QFontMetricsF metrics(m_font);
    const auto place = [&](const QString& text, QPointF at, bool rightFirst) {
        const QSizeF size(metrics.horizontalAdvance(text), metrics.height());
        double sides[] = {at.x() - 10 - size.width(), at.x() + 10};
        if (rightFirst)
            std::swap(sides[0], sides[1]);
        for (const double left : sides) {
            const QRectF rect(QPointF(left, m_map.area.bottom() - size.height()), size);
            if (space.obstacles.under(rect, 1) > 0 || rect.left() < m_map.area.left() || rect.right() > m_map.area.right())
                continue;
            m_edgeWords.append({text, rect});
            space.obstacles.append(rect.adjusted(-3, 0, 3, 0));
            return;
        }
    };
    QVector<double> failures;
    for (int i = 0; i < m_positions.size(); ++i) {
        if (!visible(i))
            continue;
        if (m_content.marks[i].failed)
            failures.append(m_positions[i].x());
        else if (m_map.scales.collapsed[i] && !labelled(m_content.marks[i]))
            place(m_content.score.text(m_content.marks[i].right), m_positions[i], false);
    }
    std::sort(failures.begin(), failures.end());
    for (qsizetype i = 0; i < failures.size();) {
        qsizetype end = i + 1;
        while (end < failures.size() && failures[end] - failures[end - 1] < 60)
            ++end;
        place(QStringLiteral("%1 failed").arg(end - i), {failures[end - 1] - 1, m_map.area.bottom()}, true);
        i = end;
    }
}

void FrontierPlotPainter::arrangeLabels(LabelSpace& space)
{
    m_words.clear();
    const QFontMetricsF plain(m_font), strong(strongFont(m_font));
    for (const auto role : {Mark::Role::Chosen, Mark::Role::BestSoFar, Mark::Role::Today, Mark::Role::EverythingInt8}) {
        for (int i = 0; i < m_content.marks.size(); ++i) {
            const Mark& mark = m_content.marks[i];
            if (mark.role != role || !visible(i))
                continue;
            Words words;
            words.index = i;
            words.strong = markLook(mark.kind, role, Theme::light()).word;
            words.text = mark.label;
            if (mark.failed)
                words.text = QStringLiteral("failed");
            else if (m_map.scales.collapsed[i])
                words.text = QStringLiteral("%1 %2%3")
                                 .arg(m_content.score.text(mark.right), m_content.score.word,
                                     mark.label.isEmpty() ? QString() : QStringLiteral(", ") + mark.label);
            if (!words.text.isEmpty())
                words.strong += QStringLiteral(": ");
            const double r = radius(i) + (mark.trial == m_selected ? 6 : 2);
            const auto place = [&] {
                const QSizeF size(
                    strong.horizontalAdvance(words.strong) + plain.horizontalAdvance(words.text) + 2, strong.height());
                words.place = placeLabel(space, m_positions[i], r, size);
                return space.bounds.contains(words.place.rect) && !words.place.rect.intersects(m_floorWords)
                    && std::none_of(m_words.begin(), m_words.end(),
                        [&](const Words& other) { return other.place.rect.intersects(words.place.rect); });
            };
            if (!place()) { // words over words say nothing: the name alone, or what the tooltip says
                words.text.clear();
                words.strong.remove(QStringLiteral(": "));
                if (words.strong.isEmpty() || !place())
                    continue;
            }
            space.obstacles.append(words.place.rect);
            m_words.append(words);
        }
    }
}

QString FrontierPlotPainter::keyText(int entry) const
{
    switch (entry) {
    case KeyStatic:
        return QStringLiteral("static");
    case KeyDynamic:
        return QStringLiteral("dynamic, per token");
    case KeyBf16:
        return QStringLiteral("bf16");
    case KeyFrontier:
        return QStringLiteral("frontier: nothing is faster and as good");
    default:
        return QStringLiteral("below the axis, with its value");
    }
}

QVector<std::pair<int, QRectF>> FrontierPlotPainter::keyEntries(QSizeF* size) const
{
    bool present[5] = {};
    for (int i = 0; i < m_content.marks.size(); ++i) {
        const Mark& mark = m_content.marks[i];
        if (m_map.scales.collapsed[i])
            present[KeyCollapsed] = true;
        else if (!mark.failed && !labelled(mark) && mark.kind != Mark::Kind::Fp32)
            present[mark.kind == Mark::Kind::Static    ? KeyStatic
                    : mark.kind == Mark::Kind::Dynamic ? KeyDynamic
                                                       : KeyBf16] = true;
    }
    present[KeyFrontier] = !m_frontier.isEmpty();
    const QFontMetricsF metrics(m_font);
    QVector<std::pair<int, QRectF>> entries;
    const double line = std::max(20.0, metrics.height() + 6);
    double x = 0, y = 0, width = 0;
    for (int entry = 0; entry < 5; ++entry) {
        if (!present[entry])
            continue;
        const double w = 18 + metrics.horizontalAdvance(keyText(entry));
        if (entry >= KeyFrontier && x > 0)
            x = 0, y += line;
        entries.append({entry, QRectF(x, y, w, line)});
        width = std::max(width, x + w);
        if (entry >= KeyFrontier)
            y += line;
        else
            x += w + 18;
    }
    if (x > 0)
        y += line;
    *size = QSizeF(width, y);
    return entries;
}

void FrontierPlotPainter::arrangeKey(LabelSpace& space)
{
    QSizeF size;
    m_key = {};
    if (!keyEntries(&size).isEmpty()) {
        LabelSpace inner = space;
        inner.bounds.adjust(4, 4, -8, -8);
        m_key = placeBox(inner, size);
    }
}

} // namespace octet::widgets
