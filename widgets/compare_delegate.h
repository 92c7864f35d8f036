// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the compare page and their cells: precision chips, thumbnails, and answers with a tick or a cross in
// word and colour.
#pragma once

#include <QStyledItemDelegate>

class QTreeView;

namespace octet::widgets {

class CompareFilter;

/// A flat sortable table of `filter`'s rows.
QTreeView* compareTable(const QString& name, const QString& title, CompareFilter* filter);

class CompareDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace octet::widgets
