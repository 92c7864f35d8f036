// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wrap_layout.h"

#include <QWidget>

#include <algorithm>

namespace octet::widgets {

namespace {

bool expands(const QLayoutItem* item)
{
    return item->expandingDirections().testFlag(Qt::Horizontal);
}

/// One that expands needs no more than its least to begin with.
int wanted(const QLayoutItem* item)
{
    return expands(item) ? item->minimumSize().width() : std::max(item->minimumSize().width(), item->sizeHint().width());
}

int heightOf(const QLayoutItem* item, int width)
{
    return item->hasHeightForWidth() ? item->heightForWidth(width)
                                     : std::min(item->sizeHint().height(), item->maximumSize().height());
}

} // namespace

WrapLayout::WrapLayout(QWidget* parent)
    : QLayout(parent)
{
    setSpacing(8);
}

WrapLayout::~WrapLayout()
{
    qDeleteAll(m_items);
}

void WrapLayout::addItem(QLayoutItem* item)
{
    m_items.append(item);
    invalidate();
}

QLayoutItem* WrapLayout::takeAt(int index)
{
    return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

QSize WrapLayout::sizeHint() const
{
    int width = 0, height = 0;
    for (const QLayoutItem* item : m_items) {
        if (item->isEmpty())
            continue;
        width += (width > 0 ? spacing() : 0) + item->sizeHint().width();
        height = std::max(height, item->sizeHint().height());
    }
    const QMargins margins = contentsMargins();
    return {width + margins.left() + margins.right(), height + margins.top() + margins.bottom()};
}

QSize WrapLayout::minimumSize() const
{
    QSize size;
    for (const QLayoutItem* item : m_items)
        if (!item->isEmpty())
            size = size.expandedTo({wanted(item), item->minimumSize().height()});
    return size.grownBy(contentsMargins());
}

int WrapLayout::heightForWidth(int width) const
{
    return arrange({0, 0, width, 0}, false);
}

void WrapLayout::setGeometry(const QRect& rect)
{
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int WrapLayout::arrange(const QRect& rect, bool place) const
{
    const QMargins margins = contentsMargins();
    const QRect inner = rect.marginsRemoved(margins);
    QVector<QLayoutItem*> line;
    int used = 0, y = inner.top();
    for (QLayoutItem* item : m_items) {
        if (item->isEmpty())
            continue;
        const int width = wanted(item) + (line.isEmpty() ? 0 : spacing());
        if (!line.isEmpty() && used + width > inner.width()) {
            y += placeLine(line, inner, y, place) + spacing() / 2;
            line.clear();
            used = 0;
        }
        used += wanted(item) + (line.isEmpty() ? 0 : spacing());
        line.append(item);
    }
    if (!line.isEmpty())
        y += placeLine(line, inner, y, place);
    return y - rect.top() + margins.bottom();
}

int WrapLayout::placeLine(const QVector<QLayoutItem*>& line, const QRect& rect, int y, bool place) const
{
    int used = int(line.size() - 1) * spacing(), takers = 0, height = 0;
    for (const QLayoutItem* item : line) {
        used += wanted(item);
        takers += expands(item);
    }
    int left = std::max(0, rect.width() - used);
    QVector<int> widths;
    for (const QLayoutItem* item : line) {
        int width = wanted(item);
        if (expands(item)) {
            const int more = std::min(left / std::max(1, takers--), item->maximumSize().width() - width);
            width += more;
            left -= more;
        }
        width = std::min(width, rect.width());
        widths.append(width);
        height = std::max(height, heightOf(item, width));
    }
    int x = rect.left();
    for (int i = 0; place && i < line.size(); ++i) {
        const int own = std::min(height, heightOf(line[i], widths[i]));
        line[i]->setGeometry({x, y + (height - own) / 2, widths[i], own});
        x += widths[i] + spacing();
    }
    return height;
}

} // namespace octet::widgets
