// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_canvas_impl.h"

#include <QStyle>

#include <algorithm>

namespace octet::widgets {

namespace {
constexpr int kBackgroundBoxes = 2000; // more boxes than this are laid out in a pool thread
constexpr int kAnimatedBoxes = 1500; // more would not keep 60 frames a second
constexpr int kAnimationMs = 150;
constexpr int kSlowLayoutMs = 300;
} // namespace

GraphCanvas::Impl::Impl(GraphCanvas* canvas)
    : q(canvas)
{
    accessible.emplace(canvas, accessibleParts());
    faces.setFont(canvas->font());
    QObject::connect(&runner, &GraphLayoutRunner::finished, q,
        [this](const std::shared_ptr<graph::Layout>& layout) { layoutDone(layout); });
    QObject::connect(&runner, &GraphLayoutRunner::failed, q, [this](const QString& message) {
        slowLayout.stop();
        layoutError = message;
        q->viewport()->update();
    });
    slowLayout.setSingleShot(true);
    slowLayout.setInterval(kSlowLayoutMs);
    QObject::connect(&slowLayout, &QTimer::timeout, q, [this] { q->viewport()->update(); });
    animation.setStartValue(0.0);
    animation.setEndValue(1.0);
    animation.setDuration(kAnimationMs);
    animation.setEasingCurve(QEasingCurve::OutCubic);
    QObject::connect(&animation, &QVariantAnimation::valueChanged, q, [this](const QVariant& value) {
        progress = value.toReal();
        q->viewport()->update();
    });
}

GraphCanvas::GraphCanvas(QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Graph"));
    setAccessibleDescription(tr("No box chosen. Arrow keys walk, Enter opens and closes, Backspace goes up."));
}

GraphCanvas::~GraphCanvas()
{
    m_impl->animation.stop();
}

QSizeF GraphCanvas::Impl::viewSize() const
{
    return q->viewport()->size();
}

// What is shown

std::vector<int> GraphCanvas::Impl::wantedBoxes(bool closedOnly) const
{
    std::vector<int> result, pending;
    if (boxCount() == 0)
        return result;
    pending = box(0).children;
    while (!pending.empty()) {
        const int index = pending.back();
        pending.pop_back();
        const bool open = expanded.contains(index) && !box(index).children.empty();
        if (hidePlumbing && box(index).plumbing)
            continue;
        if (!open || !closedOnly)
            result.push_back(index);
        if (open)
            pending.insert(pending.end(), box(index).children.begin(), box(index).children.end());
    }
    return result;
}

std::vector<QSizeF> GraphCanvas::Impl::wantedSizes() const
{
    std::vector<QSizeF> sizes(faces.boxCount());
    for (const int index : wantedBoxes(true))
        sizes[std::size_t(index)] = faces.face(index).size;
    return sizes;
}

int GraphCanvas::Impl::shownBox(int index) const
{
    while (index > 0 && scene.placed(index) < 0)
        index = box(index).parent;
    return index > 0 ? index : -1;
}

int GraphCanvas::Impl::anchorInView() const
{
    const QRectF seen = camera.toScene(QRectF(QPointF(), viewSize()));
    if (scene.placed(current) >= 0 && seen.intersects(scene.rect(current)))
        return current;
    for (const int index : scene.boxesIn(seen)) {
        const graph::PlacedBox& placed = scene.layout().boxes[std::size_t(index)];
        if (seen.contains(toQt(placed.rect).topLeft()))
            return placed.box;
    }
    return -1;
}

void GraphCanvas::Impl::relayout(int keepStill, bool animate)
{
    layoutError.clear();
    if (boxCount() == 0) {
        runner.cancel();
        scene.clear();
        viewMoved();
        return;
    }
    anchor = keepStill;
    animateNext = animate;
    usedSizes = wantedSizes();
    const bool background = int(wantedBoxes(false).size()) > kBackgroundBoxes;
    if (background)
        slowLayout.start();
    runner.start({structure, expanded, hidePlumbing, usedSizes, background});
}

void GraphCanvas::Impl::layoutDone(std::shared_ptr<graph::Layout> layout)
{
    slowLayout.stop();
    const int before = shownBox(anchor);
    const QRectF old = scene.rect(before);
    GraphScene previous = std::move(scene);
    scene = GraphScene();
    scene.set(std::move(*layout), std::size_t(boxCount()));
    const int after = shownBox(anchor);
    QPointF shift;
    if (!restored && before >= 0 && after >= 0) {
        const QRectF now = scene.rect(after);
        shift = QPointF(now.center().x(), now.top()) - QPointF(old.center().x(), old.top());
        camera.origin += shift;
    }
    minimap.invalidate();
    if (hovered >= 0 && scene.placed(hovered) < 0)
        hovered = -1;
    if (current >= 0 && scene.placed(current) < 0)
        setCurrent(shownBox(current));
    animateFrom(previous, shift);
    if (autoFit)
        fitInitially();
    viewMoved();
}

void GraphCanvas::Impl::animateFrom(const GraphScene& before, const QPointF& shift)
{
    animation.stop();
    progress = 1;
    startRects.clear();
    const auto& boxes = scene.layout().boxes;
    const bool hinted = q->style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, q) > 0;
    if (!animateNext || !animated || !hinted || before.isEmpty() || boxes.size() > kAnimatedBoxes || !q->isVisible())
        return;
    startRects.reserve(boxes.size());
    for (const graph::PlacedBox& placed : boxes) {
        const QRectF old = before.rect(placed.box);
        startRects.push_back(old.isNull() ? QRectF() : old.translated(shift));
    }
    progress = 0;
    animation.start();
}

void GraphCanvas::Impl::toggle(int index)
{
    if (index < 0 || box(index).children.empty())
        return;
    moved();
    if (!expanded.erase(index))
        expanded.insert(index);
    relayout(index, true);
}

// Public interface

void GraphCanvas::setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames)
{
    Impl& d = *m_impl;
    d.runner.cancel();
    d.animation.stop();
    d.structure = std::move(structure);
    d.nodeNames = nodeNames;
    d.nodeOfName.clear();
    for (int i = 0; i < nodeNames.size(); ++i)
        d.nodeOfName.insert(nodeNames[i], i);
    d.faces.setStructure(d.structure, nodeNames);
    d.expanded.clear();
    d.selectedNodes.assign(std::size_t(nodeNames.size()), 0);
    d.marks.assign(std::size_t(d.boxCount()), Mark::None);
    d.companions.assign(std::size_t(d.boxCount()), 0);
    d.hits.assign(std::size_t(d.boxCount()), 0);
    d.searching = false;
    d.hovered = -1;
    d.setCurrent(-1);
    d.scene.clear();
    announceNewParts(this);
    d.autoFit = true;
    d.relayout(-1, false);
}

void GraphCanvas::setOps(const OpViews& ops, double totalMs)
{
    Impl& d = *m_impl;
    if (!d.faces.setOps(ops, totalMs))
        return;
    d.updateCompanions();
    d.minimap.invalidate();
    if (d.boxCount() > 0 && d.wantedSizes() != d.usedSizes)
        d.relayout(d.anchorInView(), true);
    viewport()->update();
}

void GraphCanvas::setFill(Fill fill)
{
    m_impl->fill = fill;
    m_impl->minimap.invalidate();
    viewport()->update();
}

void GraphCanvas::setHidePlumbing(bool hide)
{
    if (std::exchange(m_impl->hidePlumbing, hide) != hide)
        m_impl->relayout(m_impl->anchorInView(), true);
}

QStringList GraphCanvas::expandedPaths() const
{
    QStringList paths;
    for (const int box : m_impl->expanded)
        paths << QString::fromStdString(m_impl->box(box).path);
    return paths;
}

void GraphCanvas::setExpandedPaths(const QStringList& paths)
{
    Impl& d = *m_impl;
    d.expanded.clear();
    for (int i = 1; i < d.boxCount(); ++i)
        if (!d.box(i).children.empty() && paths.contains(QString::fromStdString(d.box(i).path)))
            d.expanded.insert(i);
    d.relayout(d.anchorInView(), false);
}

void GraphCanvas::expandTo(const QString& node)
{
    Impl& d = *m_impl;
    const int index = d.nodeOfName.value(node, -1);
    if (index < 0 || !d.structure || std::size_t(index) >= d.structure->leafOfNode.size())
        return;
    const std::size_t before = d.expanded.size();
    const int leaf = d.structure->leafOfNode[std::size_t(index)];
    for (int box = leaf < 0 ? -1 : d.box(leaf).parent; box > 0; box = d.box(box).parent)
        d.expanded.insert(box);
    if (d.expanded.size() != before) {
        d.moved();
        d.relayout(leaf, true);
    }
    d.reveal(d.shownBox(leaf));
}

QRectF GraphCanvas::boxRect(const QString& path) const
{
    const std::string wanted = path.toStdString();
    for (const graph::PlacedBox& placed : m_impl->scene.layout().boxes)
        if (m_impl->box(placed.box).path == wanted)
            return m_impl->camera.toView(toQt(placed.rect));
    return {};
}

int GraphCanvas::visibleBoxCount() const
{
    const auto& boxes = m_impl->scene.layout().boxes;
    return int(std::count_if(boxes.begin(), boxes.end(),
        [this](const graph::PlacedBox& placed) { return m_impl->box(placed.box).parent == 0; }));
}

QPair<double, double> GraphCanvas::fillRange() const
{
    const GraphFaces& faces = m_impl->faces;
    switch (m_impl->fill) {
    case Fill::Time:
        return {0, std::max(0.0, faces.topMs())};
    case Fill::Sensitivity:
        return faces.sensitivityRange();
    case Fill::OwnError:
        return faces.ownErrorRange();
    case Fill::Difference:
        return {0, 1};
    case Fill::Precision:
        break;
    }
    return {0, 0};
}

void GraphCanvas::setAnimated(bool animated)
{
    m_impl->animated = animated;
}

bool GraphCanvas::layoutPending() const
{
    return m_impl->runner.running();
}

} // namespace octet::widgets
