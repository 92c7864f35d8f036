// SPDX-License-Identifier: GPL-3.0-or-later
// A row that goes on in a second line where it does not fit: for controls beside each other at any text size.
#pragma once

#include <QLayout>
#include <QVector>

namespace octet::widgets {

/// Items that expand take the room that is left in their line.
class WrapLayout : public QLayout
{
    Q_OBJECT
public:
    explicit WrapLayout(QWidget* parent = nullptr);
    ~WrapLayout() override;
    void addItem(QLayoutItem* item) override;
    QLayoutItem* itemAt(int index) const override { return m_items.value(index); }
    QLayoutItem* takeAt(int index) override;
    int count() const override { return int(m_items.size()); }
    QSize sizeHint() const override; // in one line
    QSize minimumSize() const override; // of its widest item, one line tall
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
    void setGeometry(const QRect& rect) override;

private:
    int arrange(const QRect& rect, bool place) const; // height
    int placeLine(const QVector<QLayoutItem*>& line, const QRect& rect, int y, bool place) const; // its height

    QVector<QLayoutItem*> m_items;
};

} // namespace octet::widgets
