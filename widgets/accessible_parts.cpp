// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/accessible_parts.h"

#include <QAccessibleWidget>
#include <QPointer>
#include <QWidget>
#include <QWindow>

#include <unordered_map>

namespace octet::widgets {

namespace {

using PartsByWidget = std::unordered_map<const QObject*, std::unique_ptr<AccessibleParts>>;

PartsByWidget& registered()
{
    static PartsByWidget all;
    return all;
}

AccessibleParts* partsOf(const QObject* widget)
{
    const auto it = registered().find(widget);
    return it == registered().end() ? nullptr : it->second.get();
}

class PartInterface : public QAccessibleInterface, public QAccessibleActionInterface
{
public:
    PartInterface(QWidget* widget, int key)
        : m_widget(widget)
        , m_key(key)
    {
    }
    AccessibleParts* parts() const { return m_widget ? partsOf(m_widget) : nullptr; }
    int key() const { return m_key; }
    const QWidget* widget() const { return m_widget; }

    bool isValid() const override { return parts() && parts()->keys().contains(m_key); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override { return m_widget ? m_widget->window()->windowHandle() : nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_widget); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QAccessible::Role role() const override { return isValid() ? parts()->partRole() : QAccessible::NoRole; }
    void setText(QAccessible::Text, const QString&) override { }

    QString text(QAccessible::Text kind) const override
    {
        if (!isValid())
            return {};
        return kind == QAccessible::Name         ? parts()->part(m_key).name
            : kind == QAccessible::Description ? parts()->part(m_key).description
                                               : QString();
    }
    QRect rect() const override
    {
        if (!isValid())
            return {};
        const QRect own = parts()->part(m_key).rect;
        return {m_widget->mapToGlobal(own.topLeft()), own.size()};
    }
    QAccessible::State state() const override
    {
        QAccessible::State state;
        if (!isValid()) {
            state.invalid = true;
            return state;
        }
        state = parts()->part(m_key).state;
        state.focusable = true;
        state.focused = m_widget->hasFocus() && parts()->current() == m_key;
        state.invisible = state.invisible || !m_widget->isVisible();
        state.disabled = state.disabled || !m_widget->isEnabled();
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this) : nullptr;
    }
    QStringList actionNames() const override { return {pressAction(), setFocusAction()}; }
    void doAction(const QString& name) override
    {
        if (!isValid() || state().disabled)
            return;
        if (name == setFocusAction())
            m_widget->setFocus(Qt::OtherFocusReason);
        parts()->press(m_key);
    }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }

private:
    QPointer<QWidget> m_widget;
    int m_key;
};

class PartsInterface : public QAccessibleWidget
{
public:
    PartsInterface(QWidget* widget, QAccessible::Role role)
        : QAccessibleWidget(widget, role)
    {
    }
    ~PartsInterface() override { forget(); }

    void forget()
    {
        for (const QAccessible::Id id : std::as_const(m_ids))
            QAccessible::deleteAccessibleInterface(id);
        m_ids.clear();
    }
    QVector<int> keys() const { return parts() ? parts()->keys() : QVector<int>(); }

    int childCount() const override { return int(keys().size()) + QAccessibleWidget::childCount(); }
    QAccessibleInterface* child(int index) const override
    {
        const QVector<int> all = keys();
        if (index < 0 || index >= all.size())
            return index < 0 ? nullptr : QAccessibleWidget::child(index - int(all.size()));
        return ofKey(all[index]);
    }
    int indexOfChild(const QAccessibleInterface* child) const override
    {
        const QVector<int> all = keys();
        if (const auto* part = dynamic_cast<const PartInterface*>(child))
            return part->widget() == widget() ? int(all.indexOf(part->key())) : -1;
        const int own = QAccessibleWidget::indexOfChild(child);
        return own < 0 ? -1 : own + int(all.size());
    }
    QAccessibleInterface* childAt(int x, int y) const override
    {
        const int key = parts() ? parts()->at(widget()->mapFromGlobal(QPoint(x, y))) : -1;
        return key >= 0 ? ofKey(key) : QAccessibleWidget::childAt(x, y);
    }
    QAccessibleInterface* focusChild() const override
    {
        if (!parts() || !widget()->hasFocus())
            return QAccessibleWidget::focusChild();
        const int key = parts()->current();
        return keys().contains(key) ? ofKey(key) : const_cast<PartsInterface*>(this);
    }

private:
    AccessibleParts* parts() const { return widget() ? partsOf(widget()) : nullptr; }
    QAccessibleInterface* ofKey(int key) const
    {
        const auto known = m_ids.constFind(key);
        if (known != m_ids.constEnd())
            return QAccessible::accessibleInterface(*known);
        auto* made = new PartInterface(widget(), key);
        m_ids.insert(key, QAccessible::registerAccessibleInterface(made));
        return made;
    }
    mutable QHash<int, QAccessible::Id> m_ids;
};

QAccessibleInterface* make(const QString&, QObject* object)
{
    AccessibleParts* parts = object && object->isWidgetType() ? partsOf(object) : nullptr;
    return parts ? new PartsInterface(static_cast<QWidget*>(object), parts->widgetRole()) : nullptr;
}

PartsInterface* interfaceOf(QWidget* widget)
{
    return dynamic_cast<PartsInterface*>(QAccessible::queryAccessibleInterface(widget));
}

} // namespace

AccessibleEntry::AccessibleEntry(QWidget* widget, std::unique_ptr<AccessibleParts> parts)
    : m_widget(widget)
{
    static const bool installed = [] {
        QAccessible::installFactory(make);
        return true;
    }();
    Q_UNUSED(installed)
    registered()[widget] = std::move(parts);
}

AccessibleEntry::~AccessibleEntry()
{
    registered().erase(m_widget);
}

void announceCurrentPart(QWidget* widget)
{
    AccessibleParts* parts = partsOf(widget);
    if (!QAccessible::isActive() || !parts || !widget->hasFocus())
        return;
    const auto index = parts->keys().indexOf(parts->current());
    if (index < 0)
        return;
    QAccessibleEvent moved(widget, QAccessible::Focus);
    moved.setChild(int(index));
    QAccessible::updateAccessibility(&moved);
}

void announceNewParts(QWidget* widget)
{
    if (!QAccessible::isActive())
        return;
    if (PartsInterface* interface = interfaceOf(widget))
        interface->forget();
    QAccessibleEvent changed(widget, QAccessible::ObjectReorder);
    QAccessible::updateAccessibility(&changed);
}

} // namespace octet::widgets
