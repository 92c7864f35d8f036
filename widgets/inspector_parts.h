// SPDX-License-Identifier: GPL-3.0-or-later
// Small parts of the inspector: text that can be selected and wraps anywhere, and the lock button.
#pragma once

#include <QAbstractButton>
#include <QTextEdit>

#include <utility>

namespace octet::widgets {

/// Read-only text without a frame that is as tall as it needs. Very long text is cut, with the whole in a tooltip.
class ValueText : public QTextEdit
{
    Q_OBJECT
public:
    explicit ValueText(const QString& text, QWidget* parent = nullptr);
    void setValue(const QString& text);
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();
    QString m_value;
    mutable std::pair<int, int> m_height{-1, 0}; // of a width: layouts ask many times over
};

/// Checkable; flat frame like Segmented, padlock open or closed.
class LockButton : public QAbstractButton
{
    Q_OBJECT
public:
    explicit LockButton(QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
};

} // namespace octet::widgets
