// SPDX-License-Identifier: GPL-3.0-or-later
// Draws one box, frame or edge of the graph. Level of detail follows the zoom (visual.md): below 0.25 fill only, to
// 0.45 with stripe and outline, to 0.8 with name and badge, above that everything.
#pragma once

#include "core/graph/layout.h"
#include "widgets/graph_canvas.h"
#include "widgets/graph_faces.h"
#include "widgets/theme.h"

#include <QPolygonF>

#include <functional>

class QPainter;

namespace octet::widgets {

class GraphPictures;

enum class Mark : char { None, Partly, Selected };

struct BoxState
{
    bool expanded = false;
    bool opens = false; // has children
    Mark selected = Mark::None;
    bool current = false; // has the keyboard
    bool hovered = false;
    bool dimmed = false;
    bool companion = false; // ran in the fused group of something selected
    qreal opacity = 1;
};

class GraphPainter
{
public:
    /// Without `pictures` everything is painted anew.
    GraphPainter(QPainter& painter, const Theme& theme, const GraphFaces& faces, GraphCanvas::Fill fill, qreal zoom,
        GraphPictures* pictures = nullptr);

    /// `rect` in viewport pixels.
    void box(const QRectF& rect, int box, const BoxState& state);
    enum class Edge { Whole, ToBorder, Stub }; // ToBorder goes on outside of its frame: no arrow yet
    /// `points` in viewport pixels.
    void edge(const QPolygonF& points, Edge kind, bool dimmed, qreal opacity);
    /// What a stub carries, left of it: the main column is on its right. `top` is where the stub begins.
    void stubName(const QPointF& top, const QString& name);
    /// All edges at once, without arrows: for zooms where an arrow is less than a pixel.
    void farEdges(const QVector<QLineF>& lines);

    QColor fillOf(int box) const;

private:
    void closedBox(const QRectF& rect, int box, const BoxState& state);
    void frame(const QRectF& rect, int box, const BoxState& state);
    void header(const QRectF& rect, int box);
    void panel(const QRectF& rect, qreal wantedRadius, const QColor& line);
    QRectF snapped(const QRectF& rect) const;
    void pictured(const QRectF& rect, int box, const BoxState& state,
        const std::function<void(GraphPainter&, const QRectF&)>& paint);
    void stripe(const QRectF& rect, const PrecisionCounts& counts);
    qreal chipHeight() const;
    void contents(const QRectF& rect, int box);
    void timeRow(const QSizeF& size, qreal y, const BoxFace& face, double ms);
    void rings(const QRectF& rect, int box, const BoxState& state);
    bool onLoudFill(int box) const;
    int rampStep(int box) const; // -1 = not measured

    QPainter& m_painter;
    const Theme& m_theme;
    const GraphFaces& m_faces;
    const GraphCanvas::Fill m_fill;
    const qreal m_zoom;
    GraphPictures* const m_pictures;
};

/// 0..4 of a ramp: linear from 0 for times, logarithmic for sensitivities. -1 = not measured.
int timeStep(double ms, double high);
int sensitivityStep(double value, double low, double high);
int differenceStep(int differing, int products); // fifths of the products; -1 = none differs

/// The 45 degree hatch of bf16, clipped to `rect`; shared with the legend.
void paintHatch(QPainter& painter, const QRectF& rect, const Theme& theme, qreal scale = 1);

} // namespace octet::widgets
