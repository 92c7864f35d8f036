// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_canvas_impl.h"

#include <QPainter>

namespace octet::widgets {

namespace {
constexpr qreal kArrows = 0.25; // below, edges are hairlines
constexpr qreal kEdges = 0.06; // below, nothing of an edge is left to see between the boxes
constexpr int kManyEdges = 2500;

QRectF between(const QRectF& from, const QRectF& to, qreal at)
{
    return {from.topLeft() + (to.topLeft() - from.topLeft()) * at, from.size() + (to.size() - from.size()) * at};
}

/// "attention_mask" of "/bert/attention_mask_output_0": what fits beside a stub.
QString stubName(const graph::PlacedEdge& edge)
{
    if (edge.values.empty())
        return {};
    const QString value = QString::fromStdString(edge.values.front());
    return value.section(QLatin1Char('/'), -1).left(24);
}
} // namespace

QRectF GraphCanvas::Impl::rectNow(int placedIndex) const
{
    const QRectF end = toQt(scene.layout().boxes[std::size_t(placedIndex)].rect);
    if (progress >= 1 || std::size_t(placedIndex) >= startRects.size())
        return end;
    const QRectF& start = startRects[std::size_t(placedIndex)];
    return start.isNull() ? end : between(start, end, progress);
}

bool GraphCanvas::Impl::dimmed(int index) const
{
    return searching && !hits[std::size_t(index)] && marks[std::size_t(index)] != Mark::Selected;
}

BoxState GraphCanvas::Impl::stateOf(int placedIndex) const
{
    const graph::PlacedBox& placed = scene.layout().boxes[std::size_t(placedIndex)];
    BoxState state;
    state.expanded = placed.expanded;
    state.opens = !box(placed.box).children.empty();
    state.selected = marks[std::size_t(placed.box)];
    state.companion = !placed.expanded && std::size_t(placed.box) < companions.size()
        && companions[std::size_t(placed.box)];
    state.dimmed = dimmed(placed.box);
    state.hovered = placed.box == hovered;
    state.current = placed.box == current && q->hasFocus() && focusShown;
    // One ring around the frame says it all; a frame of which some ops are chosen shows them inside.
    const int parent = box(placed.box).parent;
    if (parent > 0 && state.selected == Mark::Selected && marks[std::size_t(parent)] == Mark::Selected)
        state.selected = Mark::None;
    if (placed.expanded && state.selected == Mark::Partly)
        state.selected = Mark::None;
    if (progress < 1 && std::size_t(placedIndex) < startRects.size() && startRects[std::size_t(placedIndex)].isNull())
        state.opacity = progress;
    return state;
}

void GraphCanvas::Impl::paintBoxes(GraphPainter& painter, const QRectF& area)
{
    // On their way, boxes are not where the index has them; animated graphs are small enough to draw whole.
    std::vector<int> all;
    if (progress < 1)
        for (int i = 0; i < int(scene.layout().boxes.size()); ++i)
            all.push_back(i);
    for (const int index : progress < 1 ? all : scene.boxesIn(area)) {
        const graph::PlacedBox& placed = scene.layout().boxes[std::size_t(index)];
        if (placed.expanded)
            painter.box(camera.toView(rectNow(index)), placed.box, stateOf(index));
    }
    paintEdges(painter, area);
    for (const int index : progress < 1 ? all : scene.boxesIn(area)) {
        const graph::PlacedBox& placed = scene.layout().boxes[std::size_t(index)];
        if (!placed.expanded)
            painter.box(camera.toView(rectNow(index)), placed.box, stateOf(index));
    }
}

void GraphCanvas::Impl::paintEdges(GraphPainter& painter, const QRectF& area)
{
    if (camera.zoom < kEdges || progress < 0.3)
        return;
    const std::vector<int> indices = scene.edgesIn(area);
    const bool far = camera.zoom < kArrows || int(indices.size()) > kManyEdges;
    QVector<QLineF> lines;
    QHash<int, QPointF> stubTops;
    QHash<int, QStringList> stubNames;
    for (const int index : indices) {
        const graph::PlacedEdge& edge = scene.layout().edges[std::size_t(index)];
        QPolygonF points;
        points.reserve(qsizetype(edge.points.size()));
        for (const graph::Point& point : edge.points) {
            const QPointF at = camera.toView(QPointF(point.x, point.y));
            points << QPointF(std::floor(at.x()) + 0.5, std::floor(at.y()) + 0.5);
        }
        if (!far) {
            const auto kind = edge.stub            ? GraphPainter::Edge::Stub
                : edge.to == box(edge.from).parent ? GraphPainter::Edge::ToBorder
                                                   : GraphPainter::Edge::Whole;
            painter.edge(points, kind, dimmed(edge.from) || dimmed(edge.to), std::min(1.0, progress));
            if (edge.stub && !points.isEmpty()) {
                stubTops[edge.to] = points.first();
                stubNames[edge.to] << stubName(edge);
            }
            continue;
        }
        for (qsizetype i = 1; i < points.size(); ++i)
            if ((points[i] - points[i - 1]).manhattanLength() > 1)
                lines << QLineF(points[i - 1], points[i]);
    }
    if (far)
        painter.farEdges(lines);
    for (auto it = stubNames.begin(); it != stubNames.end(); ++it) { // stubs to one box start at one point
        it->removeDuplicates();
        painter.stubName(stubTops[it.key()], it->join(QStringLiteral(", ")).left(40));
    }
}

void GraphCanvas::Impl::paintMessage(QPainter& painter, const QString& text)
{
    painter.setPen(theme().secondary);
    painter.setFont(q->font());
    painter.drawText(
        QRectF(QPointF(), viewSize()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, text);
}

void GraphCanvas::Impl::paint(QPainter& painter)
{
    const Theme& t = theme();
    const QRectF view(QPointF(), viewSize());
    painter.fillRect(view, t.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    if (scene.isEmpty()) {
        if (!layoutError.isEmpty())
            paintMessage(painter, layoutError);
        else if (boxCount() == 0)
            paintMessage(painter, GraphCanvas::tr("Open a model to see its graph."));
        else if (!slowLayout.isActive())
            paintMessage(painter, GraphCanvas::tr("Arranging the graph"));
        return;
    }
    pictures.beginFrame();
    GraphPainter shapes(painter, t, faces, fill, camera.zoom, &pictures);
    paintBoxes(shapes, camera.toScene(view));
    if (pictures.late())
        QTimer::singleShot(0, q->viewport(), qOverload<>(&QWidget::update));
    if (drag == Drag::Band) {
        QColor wash = t.accent;
        wash.setAlphaF(0.12f);
        painter.setPen(t.accent);
        painter.setBrush(wash);
        painter.drawRect(QRectF(band.normalized()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (const QRectF map = minimap.rect(scene, camera, viewSize()); !map.isNull())
        minimap.paint(painter, map, scene, camera, viewSize(), faces, fill, t);
    if (runner.running() && !slowLayout.isActive()) {
        painter.setPen(t.secondary);
        painter.drawText(
            view.adjusted(12, 8, -12, -8), Qt::AlignLeft | Qt::AlignTop, GraphCanvas::tr("Arranging the graph"));
    }
    if (q->hasFocus() && focusShown) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(t.accent, 2));
        painter.drawRect(view.adjusted(1, 1, -1, -1));
    }
}

void GraphCanvas::setFrameBudget(double ms)
{
    m_impl->pictures.setFrameBudget(ms);
}

void GraphCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    m_impl->paint(painter);
}

} // namespace octet::widgets
