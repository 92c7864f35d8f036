// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_scene.h"

#include <algorithm>
#include <cmath>

namespace octet::widgets {

namespace {
constexpr double kRow = 128;
constexpr int kTallRows = 32;
constexpr int kMaxRows = 1 << 16;
constexpr double kReach = 12; // rings, arrow heads and stub names reach this far outside

bool touches(const QRectF& a, const QRectF& b)
{
    return a.left() <= b.right() && b.left() <= a.right() && a.top() <= b.bottom() && b.top() <= a.bottom();
}

QRectF edgeRect(const graph::PlacedEdge& edge)
{
    if (edge.points.empty())
        return {};
    double left = edge.points[0].x, right = left, top = edge.points[0].y, bottom = top;
    for (const graph::Point& point : edge.points) {
        left = std::min(left, point.x), right = std::max(right, point.x);
        top = std::min(top, point.y), bottom = std::max(bottom, point.y);
    }
    return QRectF(left, top, right - left, bottom - top).adjusted(-kReach, -kReach, kReach, kReach);
}
} // namespace

void GraphScene::RowIndex::reset(const QRectF& bounds)
{
    top = bounds.top() - kReach;
    tall.clear();
    rows.assign(
        std::size_t(std::clamp(std::ceil((bounds.height() + 2 * kReach) / kRow) + 1, 1.0, double(kMaxRows))), {});
}

void GraphScene::RowIndex::add(int item, const QRectF& rect)
{
    const int last = int(rows.size()) - 1;
    const int from = int(std::clamp(std::floor((rect.top() - top) / kRow), 0.0, double(last)));
    const int to = int(std::clamp(std::floor((rect.bottom() - top) / kRow), 0.0, double(last)));
    if (to - from >= kTallRows) {
        tall.push_back(item);
        return;
    }
    for (int row = from; row <= to; ++row)
        rows[std::size_t(row)].push_back(item);
}

template <typename Visit>
void GraphScene::RowIndex::visit(const QRectF& area, Visit visit) const
{
    if (rows.empty())
        return;
    const int last = int(rows.size()) - 1;
    const int from = int(std::clamp(std::floor((area.top() - top) / kRow), 0.0, double(last)));
    const int to = int(std::clamp(std::floor((area.bottom() - top) / kRow), 0.0, double(last)));
    for (int row = from; row <= to; ++row)
        for (const int item : rows[std::size_t(row)])
            visit(item);
    for (const int item : tall)
        visit(item);
}

void GraphScene::set(graph::Layout layout, std::size_t boxCount)
{
    m_layout = std::move(layout);
    m_placed.assign(boxCount, -1);
    m_boxRows.reset(bounds());
    m_edgeRows.reset(bounds());
    m_edgeRects.clear();
    for (std::size_t i = 0; i < m_layout.boxes.size(); ++i) {
        const graph::PlacedBox& box = m_layout.boxes[i];
        if (box.box >= 0 && std::size_t(box.box) < boxCount)
            m_placed[std::size_t(box.box)] = int(i);
        m_boxRows.add(int(i), toQt(box.rect));
    }
    for (std::size_t i = 0; i < m_layout.edges.size(); ++i) {
        m_edgeRects.push_back(edgeRect(m_layout.edges[i]));
        m_edgeRows.add(int(i), m_edgeRects.back());
    }
}

int GraphScene::placed(int box) const
{
    return box >= 0 && std::size_t(box) < m_placed.size() ? m_placed[std::size_t(box)] : -1;
}

QRectF GraphScene::rect(int box) const
{
    const int index = placed(box);
    return index < 0 ? QRectF() : toQt(m_layout.boxes[std::size_t(index)].rect);
}

bool GraphScene::expanded(int box) const
{
    const int index = placed(box);
    return index >= 0 && m_layout.boxes[std::size_t(index)].expanded;
}

int GraphScene::boxAt(const QPointF& point) const
{
    int found = -1;
    m_boxRows.visit(QRectF(point, QSizeF(0, 0)), [&](int item) {
        if (item > found && toQt(m_layout.boxes[std::size_t(item)].rect).contains(point))
            found = item;
    });
    return found < 0 ? -1 : m_layout.boxes[std::size_t(found)].box;
}

std::vector<int> GraphScene::boxesIn(const QRectF& area) const
{
    const QRectF wide = area.adjusted(-kReach, -kReach, kReach, kReach);
    std::vector<int> result;
    m_boxRows.visit(wide, [&](int item) {
        if (touches(toQt(m_layout.boxes[std::size_t(item)].rect), wide))
            result.push_back(item);
    });
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

std::vector<int> GraphScene::edgesIn(const QRectF& area) const
{
    std::vector<int> result;
    m_edgeRows.visit(area, [&](int item) {
        if (touches(m_edgeRects[std::size_t(item)], area))
            result.push_back(item);
    });
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

} // namespace octet::widgets
