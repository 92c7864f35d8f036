// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_canvas_impl.h"

#include <QSet>

#include <algorithm>

namespace octet::widgets {

void GraphCanvas::Impl::markNodes(const QStringList& nodes)
{
    std::fill(selectedNodes.begin(), selectedNodes.end(), 0);
    for (const QString& name : nodes)
        if (const int node = nodeOfName.value(name, -1); node >= 0)
            selectedNodes[std::size_t(node)] = 1;
    updateMarks();
}

void GraphCanvas::Impl::updateMarks()
{
    for (int i = 0; i < boxCount(); ++i) {
        const std::vector<int>& nodes = box(i).nodes;
        const auto chosen = [&](int node) {
            return std::size_t(node) < selectedNodes.size() && selectedNodes[std::size_t(node)];
        };
        const auto count = std::count_if(nodes.begin(), nodes.end(), chosen);
        Mark mark = count == 0 ? Mark::None : Mark::Partly;
        if (count > 0 && count == std::ptrdiff_t(nodes.size()))
            mark = Mark::Selected;
        // "The product of this box" is what people mean by the box: its adds and reshapes need not be chosen too.
        if (mark == Mark::Partly && !expanded.contains(i)) {
            int products = 0, chosenProducts = 0;
            for (const int node : nodes) {
                const bool product = faces.isProduct(node);
                products += product;
                chosenProducts += product && chosen(node);
            }
            if (products > 0 && products == chosenProducts)
                mark = Mark::Selected;
        }
        marks[std::size_t(i)] = mark;
    }
    updateCompanions();
    q->viewport()->update();
}

void GraphCanvas::Impl::updateCompanions()
{
    companions.assign(std::size_t(boxCount()), 0);
    QSet<QString> groups;
    for (std::size_t node = 0; node < selectedNodes.size(); ++node)
        if (selectedNodes[node] && !faces.groupOf(int(node)).isEmpty())
            groups.insert(faces.groupOf(int(node)));
    if (groups.isEmpty())
        return;
    enum Ran : char { Unknown, Inside, Outside };
    std::vector<Ran> ran(selectedNodes.size(), Unknown);
    for (std::size_t node = 0; node < ran.size(); ++node)
        if (const QString group = faces.groupOf(int(node)); !group.isEmpty())
            ran[node] = groups.contains(group) ? Inside : Outside;
    for (int i = 0; i < boxCount(); ++i) {
        if (marks[std::size_t(i)] != Mark::None)
            continue;
        bool inside = false, outside = false;
        for (const int node : box(i).nodes) {
            const Ran how = std::size_t(node) < ran.size() ? ran[std::size_t(node)] : Unknown;
            inside = inside || how == Inside;
            outside = outside || how == Outside;
        }
        companions[std::size_t(i)] = inside && !outside;
    }
}

void GraphCanvas::Impl::selectBox(int index, bool add)
{
    const bool remove = add && marks[std::size_t(index)] == Mark::Selected;
    if (!add)
        std::fill(selectedNodes.begin(), selectedNodes.end(), 0);
    for (const int node : box(index).nodes)
        if (std::size_t(node) < selectedNodes.size())
            selectedNodes[std::size_t(node)] = !remove;
    updateMarks();
    setCurrent(index);
    emitSelection();
}

void GraphCanvas::Impl::selectBand()
{
    const QRectF area = camera.toScene(QRectF(band.normalized()));
    bool any = false;
    for (const int index : scene.boxesIn(area)) {
        const graph::PlacedBox& placed = scene.layout().boxes[std::size_t(index)];
        if (placed.expanded || !area.intersects(toQt(placed.rect)))
            continue;
        any = true;
        for (const int node : box(placed.box).nodes)
            if (std::size_t(node) < selectedNodes.size())
                selectedNodes[std::size_t(node)] = 1;
    }
    if (any) {
        updateMarks();
        emitSelection();
    }
}

void GraphCanvas::Impl::clearSelection()
{
    setCurrent(-1);
    if (std::find(selectedNodes.begin(), selectedNodes.end(), 1) == selectedNodes.end())
        return;
    std::fill(selectedNodes.begin(), selectedNodes.end(), 0);
    updateMarks();
    emitSelection();
}

void GraphCanvas::Impl::setCurrent(int index)
{
    if (index == current)
        return;
    current = index;
    q->setAccessibleDescription(index < 0
            ? GraphCanvas::tr("No box chosen. Arrow keys walk, Enter opens and closes, Backspace goes up.")
            : faces.spoken(index));
    announceCurrentPart(q);
    q->viewport()->update();
}

void GraphCanvas::Impl::emitSelection()
{
    emit q->selectionChanged(q->selection());
}

void GraphCanvas::setSelection(const QStringList& nodes)
{
    Impl& d = *m_impl;
    d.markNodes(nodes);
    int first = -1;
    const QRectF seen = d.camera.toScene(QRectF(QPointF(), d.viewSize()));
    for (const graph::PlacedBox& placed : d.scene.layout().boxes) {
        if (d.marks[std::size_t(placed.box)] == Mark::None || placed.expanded)
            continue;
        if (seen.contains(toQt(placed.rect)))
            return;
        if (first < 0)
            first = placed.box;
    }
    d.reveal(first);
}

QStringList GraphCanvas::selection() const
{
    QStringList names;
    for (std::size_t i = 0; i < m_impl->selectedNodes.size(); ++i)
        if (m_impl->selectedNodes[i])
            names << m_impl->nodeNames[int(i)];
    return names;
}

void GraphCanvas::setMatches(const QStringList& nodes)
{
    Impl& d = *m_impl;
    d.searching = !nodes.isEmpty();
    std::vector<char> hit(std::size_t(d.nodeNames.size()), 0);
    for (const QString& name : nodes)
        if (const int node = d.nodeOfName.value(name, -1); node >= 0)
            hit[std::size_t(node)] = 1;
    for (int i = 0; i < d.boxCount(); ++i) {
        const std::vector<int>& below = d.box(i).nodes;
        d.hits[std::size_t(i)] = std::any_of(below.begin(), below.end(),
            [&](int node) { return std::size_t(node) < hit.size() && hit[std::size_t(node)]; });
    }
    viewport()->update();
}

} // namespace octet::widgets
