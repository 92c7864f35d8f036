// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_tree_view.h"

#include "widgets/icons.h"
#include "widgets/model_tree_model.h"

#include <QHeaderView>
#include <QPainter>

namespace octet::widgets {

namespace {
constexpr int kRow = 22, kRight = 8, kChevron = 12;

const ModelTreeModel* sourceOf(const QModelIndex& index, QModelIndex& source)
{
    const auto* proxy = qobject_cast<const QSortFilterProxyModel*>(index.model());
    source = proxy ? proxy->mapToSource(index) : index;
    return qobject_cast<const ModelTreeModel*>(source.model());
}
} // namespace

ModelTreeView::ModelTreeView(QWidget* parent)
    : QTreeView(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setIndentation(16);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextElideMode(Qt::ElideMiddle);
    setItemDelegate(new ModelTreeDelegate(this));
    header()->setStretchLastSection(true);
    setAccessibleName(tr("Model tree"));
}

void ModelTreeView::applyTheme(const Theme& theme)
{
    QPalette p;
    p.setColor(QPalette::Base, theme.panel);
    p.setColor(QPalette::Highlight, theme.selectedRow);
    p.setColor(QPalette::HighlightedText, theme.text);
    setPalette(p);
}

void ModelTreeView::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const
{
    const Theme& theme = Theme::of(palette());
    if (selectionModel() && selectionModel()->isSelected(index))
        painter->fillRect(rect, theme.selectedRow);
    if (!index.model()->hasChildren(index))
        return;
    const QString name = isExpanded(index) ? QStringLiteral("chevron") : QStringLiteral("chevron-right");
    painter->drawPixmap(rect.right() - kChevron - 1, rect.center().y() - kChevron / 2 + 1,
        iconPixmap(name, theme.secondary, kChevron, devicePixelRatioF()));
}

void ModelTreeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::of(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    if (selected)
        painter->fillRect(option.rect, theme.selectedRow);
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, theme.grid);
    QModelIndex source;
    const ModelTreeModel* tree = sourceOf(index, source);
    QRect room = option.rect.adjusted(4, 0, -kRight, 0);
    if (const Badge badge = tree ? tree->badgeOf(source) : Badge(); !badge.isEmpty()) {
        const QFont font = badgeFont(option.font);
        const qreal width = badgeTextWidth(badge, font);
        const QRectF place(room.right() + 1 - width, room.top(), width, room.height());
        paintBadgeText(*painter, place, badge, font, theme);
        room.setRight(int(place.left()) - 8);
    }
    painter->setFont(option.font);
    painter->setPen(source.data(ModelTreeModel::PlumbingRole).toBool() ? theme.secondary : theme.text);
    painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, room.width()));
    if (option.state & QStyle::State_HasFocus && option.state & QStyle::State_KeyboardFocusChange) {
        painter->setPen(theme.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
}

QSize ModelTreeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    return {QStyledItemDelegate::sizeHint(option, index).width(), std::max(kRow, option.fontMetrics.height() + 4)};
}

} // namespace octet::widgets
