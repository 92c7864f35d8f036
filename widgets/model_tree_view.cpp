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
    setAllColumnsShowFocus(true);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextElideMode(Qt::ElideMiddle);
    setItemDelegate(new ModelTreeDelegate(this));
    header()->setStretchLastSection(false);
    header()->setMinimumSectionSize(10);
    setAccessibleName(tr("Model tree"));
}

void ModelTreeView::applyTheme()
{
    const Theme& theme = Theme::of(palette());
    QPalette p = palette();
    p.setColor(QPalette::Base, theme.panel);
    p.setColor(QPalette::Highlight, theme.selectedRow);
    p.setColor(QPalette::HighlightedText, theme.text);
    if (p != palette())
        setPalette(p);
}

void ModelTreeView::fitBadges()
{
    if (!model() || model()->columnCount() < 2)
        return;
    qreal widest = 0;
    const QFont badges = badgeFont(font());
    const auto measure = [&](const QModelIndex& parent, auto& self) -> void {
        for (int row = 0; row < model()->rowCount(parent); ++row) {
            const QModelIndex index = model()->index(row, 0, parent);
            QModelIndex source;
            if (const ModelTreeModel* tree = sourceOf(index, source))
                widest = std::max(widest, badgeTextWidth(tree->badgeOf(source), badges));
            if (isExpanded(index))
                self(index, self);
        }
    };
    measure({}, measure);
    const int badgeWidth = widest > 0 ? qCeil(widest) + kRight + 10 : 0;
    header()->setSectionResizeMode(0, QHeaderView::Fixed);
    header()->setSectionResizeMode(1, QHeaderView::Fixed);
    header()->resizeSection(0, std::max(40, viewport()->width() - badgeWidth));
    header()->resizeSection(1, std::max(10, badgeWidth));
}

void ModelTreeView::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    fitBadges();
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
    if (index.column() == 0) {
        painter->setFont(option.font);
        painter->setPen(source.data(ModelTreeModel::PlumbingRole).toBool() ? theme.secondary : theme.text);
        const QRect room = option.rect.adjusted(4, 0, -2, 0);
        painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, room.width()));
    } else if (tree) {
        const Badge badge = tree->badgeOf(source);
        const QFont font = badgeFont(option.font);
        const qreal width = badgeTextWidth(badge, font);
        paintBadgeText(*painter,
            QRectF(option.rect.right() + 1 - kRight - width, option.rect.top(), width, option.rect.height()), badge,
            font, theme);
    }
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
