// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_canvas_impl.h"

namespace octet::widgets {

/// Box by box as they are shown; keys are the structure's box numbers.
class GraphCanvas::Impl::Boxes : public AccessibleParts
{
public:
    explicit Boxes(Impl* canvas)
        : m_canvas(canvas)
    {
    }
    QAccessible::Role widgetRole() const override { return QAccessible::Tree; }
    QAccessible::Role partRole() const override { return QAccessible::TreeItem; }
    QVector<int> keys() const override
    {
        QVector<int> keys;
        keys.reserve(qsizetype(m_canvas->scene.layout().boxes.size()));
        for (const graph::PlacedBox& placed : m_canvas->scene.layout().boxes)
            keys << placed.box;
        return keys;
    }
    AccessiblePart part(int key) const override
    {
        const Impl& d = *m_canvas;
        AccessiblePart part;
        part.name = d.faces.spoken(key);
        part.description = QString::fromStdString(d.box(key).path);
        part.rect = d.camera.toView(d.scene.rect(key)).toRect().translated(d.q->viewport()->pos());
        part.state.selectable = true;
        part.state.multiSelectable = true;
        part.state.selected = d.marks[std::size_t(key)] == Mark::Selected;
        part.state.expandable = !d.box(key).children.empty();
        part.state.expanded = d.scene.expanded(key);
        part.state.collapsed = part.state.expandable && !part.state.expanded;
        part.state.offscreen = !part.rect.intersects(d.q->viewport()->geometry());
        return part;
    }
    int current() const override { return m_canvas->scene.placed(m_canvas->current) >= 0 ? m_canvas->current : -1; }
    int at(const QPoint& point) const override
    {
        return m_canvas->boxUnder(m_canvas->q->viewport()->mapFrom(m_canvas->q, point));
    }
    void press(int key) override { m_canvas->walkTo(key, false); }

private:
    Impl* m_canvas;
};

std::unique_ptr<AccessibleParts> GraphCanvas::Impl::accessibleParts()
{
    return std::make_unique<Boxes>(this);
}

} // namespace octet::widgets
