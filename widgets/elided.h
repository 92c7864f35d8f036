// SPDX-License-Identifier: GPL-3.0-or-later
// One line of words that gives way: with too little room it ends in an ellipsis, and its tooltip has the whole.
#pragma once

#include <QLabel>
#include <QPushButton>

namespace octet::widgets {

class ElidedLabel : public QLabel
{
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);
    bool elided() const;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    int room() const; // px for words
};

class ElidedButton : public QPushButton
{
    Q_OBJECT
public:
    explicit ElidedButton(const QString& text = {}, QWidget* parent = nullptr);
    bool elided() const;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    int room() const;
};

} // namespace octet::widgets
