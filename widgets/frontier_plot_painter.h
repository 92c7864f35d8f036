// SPDX-License-Identifier: GPL-3.0-or-later
// Paints everything inside the plot's axes with a plain QPainter; knows nothing of QCustomPlot.
#pragma once

#include "widgets/frontier_plot_labels.h"
#include "widgets/frontier_plot_scales.h"
#include "widgets/theme.h"

#include <QFont>

#include <functional>
#include <optional>

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

    // What is shown of it: all, until somebody asks for a part; new content keeps the part.
    void zoom(double factor, QPointF at);
    void pan(QPointF pixels);
    void showAll();
    bool zoomed() const { return m_view.has_value(); }

    const PlotContent& content() const { return m_content; }
    const PlotMap& map() const { return m_map; }
    int indexOf(int trial) const; // -1 = none
    /// Inside the axes, at the edge where it lies beyond; null without a ghost.
    QPointF ghostPosition() const;
    void setWhatIfs(const WhatIfs& whatIfs);
    const WhatIfs& whatIfs() const { return m_whatIfs; }
    QLineF whatIfLine(int index) const { return m_whatIfLines.value(index); } // null = not shown
    void setWhatIfFloor(std::optional<double> floor) { m_whatIfFloor = floor; }
    std::optional<double> whatIfFloor() const { return m_whatIfFloor; }
    double floorAt(double y) const; // the score at this height that a floor may have
    double snappedFloor(double score) const;
    QPointF position(int index) const { return m_positions.value(index); }
    double radius(int index) const;
    struct Target
    {
        enum class Kind { None, Mark, WhatIf, Ghost, Floor };
        Kind kind = Kind::None;
        int index = -1;
        bool operator==(const Target&) const = default;
    };
    /// What is at a point: a mark that it touches, else a line, else the nearest mark 12 px around, labelled ones first.
    Target hit(QPointF point) const;

    void paintBand(QPainter& painter, const Theme& theme) const;
    void paintMarks(QPainter& painter, const Theme& theme) const;
    /// What-if lines, and what is hovered with its words.
    void paintOverlay(QPainter& painter, const Theme& theme, Target hovered, const QRectF& widget) const;
    QString tooltip(Target target) const; // lines of words

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
    int markAt(QPointF point, double reach) const; // -1 = none
    int whatIfAt(QPointF point) const;
    QPointF inside(double ms, double right) const;
    void arrangeLabels(LabelSpace& space);
    QRectF ghostBox() const; // its interval
    void reserveGhost(LabelSpace& space) const;
    void arrangeGhost(LabelSpace& space);
    void arrangeWhatIfs();
    void arrangeEdge(LabelSpace& space);
    void arrangeKey(LabelSpace& space);
    QVector<std::pair<int, QRectF>> keyEntries(QSizeF* size) const;
    QString keyText(int entry) const;
    void paintSome(QPainter& painter, const Theme& theme, const std::function<bool(const Mark&)>& wanted) const;
    void paintWhiskers(QPainter& painter, const Theme& theme, int index) const;
    void paintGhost(QPainter& painter, const Theme& theme) const;
    void paintWhatIfs(QPainter& painter, const Theme& theme, int hovered) const;
    void paintTooltip(
        QPainter& painter, const Theme& theme, QPointF at, const QString& words, const QRectF& widget) const;
    QString ghostWord() const;
    void paintWords(QPainter& painter, const Theme& theme) const;
    void paintEdge(QPainter& painter, const Theme& theme) const;
    void paintKey(QPainter& painter, const Theme& theme) const;
    QString floorText() const;
    bool floorVisible() const;
    bool onFloor(QPointF point) const;
    void paintGrip(QPainter& painter, const Theme& theme, double floor) const;
    void paintWhatIfFloor(QPainter& painter, const Theme& theme) const;

    PlotContent m_content;
    struct View
    {
        double msLow = 0, msHigh = 1, rightLow = 0, rightHigh = 1;
    };
    void applyView();
    bool visible(int index) const { return m_visible.value(index); }

    PlotMap m_map;
    std::optional<View> m_view;
    QVector<bool> m_visible; // by mark: inside what is shown
    QFont m_font;
    int m_selected = 0;
    QVector<QPointF> m_positions;
    QVector<QLineF> m_frontier;
    QVector<Words> m_words;
    QVector<std::pair<QString, QRectF>> m_edgeWords; // values of collapsed marks, counts of failures
    QRectF m_floorWords, m_better, m_key, m_ghostWords;
    LabelSpace m_space; // what is taken, for words that come later
    WhatIfs m_whatIfs;
    QVector<QLineF> m_whatIfLines; // by what-if; null = no way to go
    QVector<QRectF> m_whatIfWords; // null = no room
    int m_whatIfFactor = 1;
    std::optional<double> m_whatIfFloor;
};

} // namespace octet::widgets
