// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/panel_focus.h"

#include "app/desktop/message_area.h"
#include "widgets/job_strip.h"
#include "widgets/main_part.h"
#include "widgets/panel.h"

#include <QToolBar>
#include <QWidget>

#include <algorithm>
#include <tuple>

namespace octet::desktop {

namespace {

bool takesKeys(const QWidget* widget)
{
    return widget->isVisible() && widget->isEnabled() && widget->focusPolicy() & Qt::TabFocus && !widget->focusProxy();
}

QWidget* firstStop(QWidget* panel)
{
    for (QWidget* at = panel->nextInFocusChain(); at && at != panel; at = at->nextInFocusChain())
        if (panel->isAncestorOf(at) && takesKeys(at))
            return at;
    return nullptr;
}

/// Where it stands in the round; -1 = no panel.
int rank(const QWidget* widget)
{
    return qobject_cast<const QToolBar*>(widget)     ? 0
        : qobject_cast<const MessageArea*>(widget)   ? 1
        : qobject_cast<const widgets::Panel*>(widget)      ? 2
        : qobject_cast<const widgets::JobStrip*>(widget) ? 3
                                                         : -1;
}

} // namespace

QList<QWidget*> focusablePanels(QWidget* window)
{
    QList<QWidget*> panels;
    for (QWidget* widget : window->findChildren<QWidget*>())
        if (rank(widget) >= 0 && widget->isVisible() && widget->window() == window && firstStop(widget))
            panels << widget;
    const auto place = [&](const QWidget* widget) {
        const QPoint at = widget->mapTo(window, QPoint());
        return std::tuple(rank(widget), at.x(), at.y());
    };
    std::stable_sort(
        panels.begin(), panels.end(), [&](const QWidget* a, const QWidget* b) { return place(a) < place(b); });
    return panels;
}

void focusPanel(QWidget* panel)
{
    QWidget* last = panel->focusWidget();
    QWidget* main = widgets::mainPart(panel);
    QWidget* target = last && takesKeys(last) ? last : main && takesKeys(main) ? main : firstStop(panel);
    if (target)
        target->setFocus(Qt::TabFocusReason);
}

void stepPanel(QWidget* window, int step)
{
    const QList<QWidget*> panels = focusablePanels(window);
    if (panels.isEmpty())
        return;
    const QWidget* now = window->focusWidget();
    const auto at = std::find_if(
        panels.begin(), panels.end(), [&](const QWidget* panel) { return now && panel->isAncestorOf(now); });
    const auto count = panels.size();
    const auto from = at == panels.end() ? (step > 0 ? -1 : count) : at - panels.begin();
    focusPanel(panels[(from + step + count) % count]);
}

} // namespace octet::desktop
