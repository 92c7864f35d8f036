// SPDX-License-Identifier: GPL-3.0-or-later
// Exclusive options side by side: one flat frame, the chosen one on the selected-row colour. One tab stop; arrow keys
// walk and choose, Space or Enter chooses the focused one (also when it is chosen already or nothing is).
#pragma once

#include "widgets/accessible_parts.h"

#include <QString>
#include <QVector>
#include <QWidget>

class QKeyEvent;

namespace octet::widgets {

class Segmented : public QWidget
{
    Q_OBJECT
public:
    struct Option
    {
        QString text;
        QString value;
        QString toolTip = {};
        QString icon = {}; // name for widgets::icon, drawn behind the text; empty = none
        bool enabled = true;
    };

    explicit Segmented(QWidget* parent = nullptr);
    void setOptions(const QVector<Option>& options);
    /// Emits nothing. A value that no option has (such as "") leaves all unchosen: a mixed state.
    void setValue(const QString& value);
    QString value() const;
    void setOptionEnabled(const QString& value, bool enabled, const QString& toolTip = {});
    void setOptionText(const QString& value, const QString& text);
    void setOptionIcon(const QString& value, const QString& icon);
    /// Segments share the width instead of taking what their text needs.
    void setStretching(bool stretching);
    /// In this widget's coordinates, for tests and pop-ups.
    QRect optionRect(const QString& value) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void activated(const QString& value); // by the user, also when it was chosen already
    void valueChanged(const QString& value); // by the user

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    class Options;
    int indexOf(const QString& value) const;
    int indexAt(const QPoint& point) const;
    QRect rectOf(int index) const;
    int naturalWidth(int index) const;
    void choose(int index);
    void walk(int step);
    void describe();
    void paintOption(QPainter& painter, int index) const;

    QVector<Option> m_options;
    QString m_value;
    int m_focused = 0, m_hovered = -1, m_pressed = -1;
    bool m_stretching = false;
    AccessibleEntry m_accessible; // last: it reads all the others
};

} // namespace octet::widgets
