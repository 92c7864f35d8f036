// SPDX-License-Identifier: GPL-3.0-or-later
// Paints everything inside the plot's axes with a plain QPainter; knows nothing of QCustomPlot.
#pragma once

#include "widgets/frontier_plot_labels.h"
#include "widgets/frontier_plot_scales.h"
#include "widgets/theme.h"

#include <QFont>

#include <functional>

class QPainter;

namespace octet::widgets {

class FrontierPlotPainter
{
public:
    void setContent(const PlotContent& content);
    void setFont(const QFont& font) { m_font = font; }
    void setSelected(int trial) { m_selected = trial; }
    /// Positions and label places for an area of the widget; call when content, selection, font or size changed.
    void arrange(const QRectF& area, const QRectF& widget);

    const PlotContent& content() const { return m_content; }
    const PlotMap& map() const { return m_map; }
    int indexOf(int trial) const; // -1 = none
    /// Inside the axes, at the edge where it lies beyond; null without a ghost.
    QPointF ghostPosition() const;
    QPointF position(int index) const { return m_positions.value(index); }
    double radius(int index) const;
    /// The mark at a point, 12 px around; labelled marks win among near ones; -1 = none.
    int hit(QPointF point) const;

    void paintBand(QPainter& painter, const Theme& theme) const;
    void paintMarks(QPainter& painter, const Theme& theme) const;
    void paintHover(QPainter& painter, const Theme& theme, int index, const QRectF& widget) const;

private:
    struct Words
    {
        int index = -1;
        QString strong, text;
        PlacedLabel place;
    };
    enum KeyEntry { KeyStatic, KeyDynamic, KeyBf16, KeyFrontier, KeyCollapsed };
    static bool labelled(const Mark& mark) { return mark.role != Mark::Role::Other; }
    QVector<QLineF> frontierLines() const;
    void arrangeLabels(LabelSpace& space);
    void arrangeEdge(LabelSpace& space);
    void arrangeKey(LabelSpace& space);
    QVector<std::pair<int, QRectF>> keyEntries(QSizeF* size) const;
    QString keyText(int entry) const;
    void paintSome(QPainter& painter, const Theme& theme, const std::function<bool(const Mark&)>& wanted) const;
    void paintWhiskers(QPainter& painter, const Theme& theme, int index) const;
    void paintGhost(QPainter& painter, const Theme& theme) const;
    void paintWords(QPainter& painter, const Theme& theme) const;
    void paintEdge(QPainter& painter, const Theme& theme) const;
    void paintKey(QPainter& painter, const Theme& theme) const;
    QString floorText() const;

    PlotContent m_content;
    PlotMap m_map;
    QFont m_font;
    int m_selected = 0;
    QVector<QPointF> m_positions;
    QVector<QLineF> m_frontier;
    QVector<Words> m_words;
    QVector<std::pair<QString, QRectF>> m_edgeWords; // values of collapsed marks, counts of failures
    QRectF m_floorWords, m_better, m_key;
};

} // namespace octet::widgets
