// SPDX-License-Identifier: GPL-3.0-or-later
// A layout made fast to ask: what is in a rectangle, what is under a point. Scene coordinates, no painting.
#pragma once

#include "core/graph/layout.h"

#include <QPointF>
#include <QRectF>

#include <vector>

namespace octet::widgets {

inline QRectF toQt(const graph::Rect& rect)
{
    return {rect.x, rect.y, rect.width, rect.height};
}

class GraphScene
{
public:
    void set(graph::Layout layout, std::size_t boxCount);
    void clear() { set({}, 0); }

    const graph::Layout& layout() const { return m_layout; }
    QRectF bounds() const { return toQt(m_layout.bounds); }
    bool isEmpty() const { return m_layout.boxes.empty(); }

    /// Position of a structure's box in layout().boxes; -1 = not shown.
    int placed(int box) const;
    QRectF rect(int box) const; // of a shown box, null otherwise
    bool expanded(int box) const;
    /// The innermost shown box under a point, -1 = background.
    int boxAt(const QPointF& point) const;

    /// Positions in layout().boxes, ascending, so that parents come before children.
    std::vector<int> boxesIn(const QRectF& area) const;
    std::vector<int> edgesIn(const QRectF& area) const;

private:
    /// Rows of equal height; what crosses many rows is kept apart, so that one long edge does not fill them all.
    struct RowIndex
    {
        double top = 0;
        std::vector<std::vector<int>> rows;
        std::vector<int> tall;
        void reset(const QRectF& bounds);
        void add(int item, const QRectF& rect);
        template <typename Visit>
        void visit(const QRectF& area, Visit visit) const;
    };

    graph::Layout m_layout;
    std::vector<int> m_placed; // by box
    std::vector<QRectF> m_edgeRects;
    RowIndex m_boxRows, m_edgeRows;
};

} // namespace octet::widgets
