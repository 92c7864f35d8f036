// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flat_header.h"

#include "widgets/theme.h"

#include <QEvent>
#include <QPainter>
#include <QTreeView>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int headerHeight = 26;
constexpr int padding = 8;

class RoomTaker : public QObject
{
public:
    RoomTaker(QTreeView* table, int column, int least)
        : QObject(table)
        , m_table(table)
        , m_column(column)
        , m_least(least)
    {
        table->viewport()->installEventFilter(this);
        table->header()->setSectionResizeMode(column, QHeaderView::Fixed);
        connect(table->header(), &QHeaderView::sectionResized, this, [this](int section) {
            if (section != m_column)
                apply();
        });
    }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange)
            apply();
        return false;
    }

private:
    void apply()
    {
        const QHeaderView& header = *m_table->header();
        int others = 0;
        for (int i = 0; i < header.count(); ++i)
            others += i == m_column ? 0 : header.sectionSize(i); // 0 when hidden
        const int least = m_least * m_table->fontMetrics().horizontalAdvance(QLatin1Char('0'));
        m_table->setColumnWidth(m_column, std::max(least, m_table->viewport()->width() - others));
    }
    QTreeView* m_table;
    int m_column, m_least;
};

} // namespace

void takeRoom(QTreeView* table, int column, int least)
{
    new RoomTaker(table, column, least);
}

FlatHeader::FlatHeader(QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsClickable(true);
    setHighlightSections(false);
    setSortIndicatorShown(true);
    setMinimumSectionSize(24);
}

QSize FlatHeader::sizeHint() const
{
    return {QHeaderView::sizeHint().width(), std::max(headerHeight, fontMetrics().height() + 8)};
}

void FlatHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    const Theme& t = Theme::of(palette());
    painter->fillRect(rect, t.header);
    painter->setPen(t.line);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    const QString title = model()->headerData(section, Qt::Horizontal).toString();
    auto alignment = Qt::Alignment(model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    if (!(alignment & Qt::AlignVertical_Mask))
        alignment |= Qt::AlignVCenter;
    const QRect cell = rect.adjusted(padding, 0, -padding, -1);
    painter->setFont(font());
    painter->setPen(t.secondary);
    painter->drawText(cell, int(alignment), title);
    if (!isSortIndicatorShown() || section != sortIndicatorSection() || title.isEmpty())
        return;
    const int width = fontMetrics().horizontalAdvance(title);
    const double x = alignment.testFlag(Qt::AlignRight) ? cell.right() - width - 12 : cell.left() + width + 2;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(x + 5, cell.center().y() + 1);
    painter->scale(1, sortIndicatorOrder() == Qt::DescendingOrder ? 1 : -1);
    painter->setPen(QPen(t.text, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPolyline(QPolygonF({{-3, -1.5}, {0, 1.5}, {3, -1.5}}));
    painter->restore();
}

void FlatHeader::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    const Theme& t = Theme::of(palette());
    painter.fillRect(viewport()->rect(), t.header);
    painter.setPen(t.line);
    painter.drawLine(viewport()->rect().bottomLeft(), viewport()->rect().bottomRight());
    painter.end();
    QHeaderView::paintEvent(event);
}

} // namespace octet::widgets
