// SPDX-License-Identifier: GPL-3.0-or-later
// The tree as the mock-up draws it: chevrons, rows of 22 px, badges in precision colours at the right edge.
#pragma once

#include <QStyledItemDelegate>
#include <QTreeView>

namespace octet::widgets {

class ModelTreeView : public QTreeView
{
    Q_OBJECT
public:
    explicit ModelTreeView(QWidget* parent = nullptr);
    void applyTheme();
    /// Gives the badges just the room that the longest one needs.
    void fitBadges();

protected:
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;
    void resizeEvent(QResizeEvent* event) override;
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
