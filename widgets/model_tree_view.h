// SPDX-License-Identifier: GPL-3.0-or-later
// The tree as the mock-up draws it: chevrons, rows of 22 px, badges in precision colours at the right edge. The badge
// column is drawn into the name's, so that a long name is cut by its own badge only and not by the longest one.
#pragma once

#include "widgets/theme.h"

#include <QStyledItemDelegate>
#include <QTreeView>

namespace octet::widgets {

class ModelTreeView : public QTreeView
{
    Q_OBJECT
public:
    explicit ModelTreeView(QWidget* parent = nullptr);
    void applyTheme(const Theme& theme); // of the parent, whose palette changes first

protected:
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;
};

class ModelTreeDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace octet::widgets
