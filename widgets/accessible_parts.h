// SPDX-License-Identifier: GPL-3.0-or-later
// What a screen reader meets inside a painted widget: its parts, as children of the widget's own entry. The parts come
// before the widgets that lie in it.
#pragma once

#include <QAccessible>
#include <QPoint>
#include <QRect>
#include <QString>
#include <QVector>

#include <memory>

class QWidget;

namespace octet::widgets {

struct AccessiblePart
{
    QString name; // all that one needs to hear: "MatMul attention/output, int8, 0.4 ms"
    QString description;
    QRect rect; // in the widget's coordinates
    QAccessible::State state; // focus and window are added
};

/// A widget's own answer to what is in it. Parts are known by keys that stay the same while the part is the same.
class AccessibleParts
{
public:
    virtual ~AccessibleParts() = default;
    virtual QAccessible::Role widgetRole() const = 0;
    virtual QAccessible::Role partRole() const = 0;
    virtual QVector<int> keys() const = 0; // in reading order
    virtual AccessiblePart part(int key) const = 0;
    virtual int current() const = 0; // where the keyboard is, -1 = nowhere
    virtual int at(const QPoint& point) const = 0; // widget coordinates; -1 = no part
    virtual void press(int key) = 0; // as a click does
};

/// While it lives the widget has these parts. Make it before anything asks for the widget's accessible interface, and
/// let it go before what the parts read.
class AccessibleEntry
{
public:
    AccessibleEntry(QWidget* widget, std::unique_ptr<AccessibleParts> parts);
    ~AccessibleEntry();
    AccessibleEntry(const AccessibleEntry&) = delete;
    AccessibleEntry& operator=(const AccessibleEntry&) = delete;

private:
    const QWidget* m_widget;
};

/// Tells that the keyboard is at another part, or came to the widget; silent while the widget has no focus.
void announceCurrentPart(QWidget* widget);
/// Tells that keys now mean other parts.
void announceNewParts(QWidget* widget);

} // namespace octet::widgets
