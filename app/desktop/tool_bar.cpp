// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/tool_bar.h"

#include "app/desktop/actions.h"
#include "widgets/segmented.h"
#include "widgets/text_height.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QToolBar>
#include <QToolButton>

namespace octet::desktop {

namespace {

void addGap(QToolBar* bar, bool stretching)
{
    auto* gap = new QWidget;
    gap->setFixedWidth(stretching ? QWIDGETSIZE_MAX : 8);
    gap->setSizePolicy(stretching ? QSizePolicy::Expanding : QSizePolicy::Fixed, QSizePolicy::Preferred);
    if (stretching) {
        gap->setMinimumWidth(8);
        gap->setMaximumWidth(QWIDGETSIZE_MAX);
    }
    bar->addWidget(gap);
}

void textBeside(QToolBar* bar, QAction* action, const QString& text)
{
    // The action's text in menus may be long ("Undo: Set 12 ops to INT8"); the bar keeps its own short one.
    if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action))) {
        button->setToolButtonStyle(text.isEmpty() ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
        if (!text.isEmpty()) {
            QObject::connect(action, &QAction::changed, button, [=] { button->setText(text); });
            button->setText(text);
        }
        widgets::setTextHeight(button, 28);
    }
}

} // namespace

ToolBarParts makeToolBar(Actions* actions, QWidget* parent)
{
    auto* bar = new QToolBar(QObject::tr("Toolbar"), parent);
    bar->setObjectName(QStringLiteral("toolbar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    widgets::setTextHeight(bar, 40);
    bar->setIconSize(QSize(16, 16));
    bar->setContentsMargins(6, 0, 6, 0);

    auto* pages = new widgets::Segmented;
    pages->setOptions({{QObject::tr("Data"), QStringLiteral("data"), {}, {}, true},
        {QObject::tr("Workbench"), QStringLiteral("workbench"), {}, {}, true},
        {QObject::tr("Compare"), QStringLiteral("compare"), {}, {}, true},
        {QObject::tr("Profile"), QStringLiteral("profile"), {}, {}, true},
        {QObject::tr("YAML"), QStringLiteral("yaml"), {}, {}, true},
        {QObject::tr("Machine"), QStringLiteral("machine"), {}, {}, true}});
    pages->setAccessibleName(QObject::tr("Page"));
    pages->setFocusPolicy(Qt::TabFocus); // a click leads to the page, whose keys come next
    bar->addWidget(pages);
    addGap(bar, false);
    bar->addSeparator();
    bar->addAction(actions->open);
    bar->addAction(actions->undo);
    bar->addAction(actions->redo);
    bar->addSeparator();
    for (QAction* action : {actions->baseline, actions->calibrate, actions->sensitivity, actions->measure, actions->tune,
             actions->stop})
        bar->addAction(action);
    bar->addSeparator();
    textBeside(bar, actions->open, QObject::tr("Open"));
    textBeside(bar, actions->undo, {});
    textBeside(bar, actions->redo, {});
    textBeside(bar, actions->baseline, QObject::tr("Baseline"));
    textBeside(bar, actions->calibrate, QObject::tr("Calibrate"));
    textBeside(bar, actions->sensitivity, QObject::tr("Sensitivity"));
    textBeside(bar, actions->measure, QObject::tr("Measure"));
    textBeside(bar, actions->tune, QObject::tr("Tune"));
    textBeside(bar, actions->stop, QObject::tr("Stop"));

    auto* draft = new QPushButton;
    draft->setObjectName(QStringLiteral("draft"));
    draft->setToolTip(QObject::tr("The draft is what you mark; measuring it makes a trial"));
    widgets::setTextHeight(draft, 28);
    auto* draftMenu = new QMenu(draft);
    draftMenu->setToolTipsVisible(true);
    draftMenu->addActions({actions->presetStatic, actions->presetSmoothed, actions->presetDynamic, actions->presetBf16, actions->presetFp32});
    draftMenu->addSeparator();
    draftMenu->addAction(actions->makeDraft);
    draft->setMenu(draftMenu);
    addGap(bar, false);
    bar->addWidget(draft);
    addGap(bar, true);

    auto* exportButton = new QPushButton;
    exportButton->setObjectName(QStringLiteral("export"));
    exportButton->setText(QObject::tr("Export"));
    exportButton->setToolTip(QObject::tr("YAML or int8 ONNX of the chosen trial or the draft, or the report"));
    widgets::setTextHeight(exportButton, 28);
    auto* exportMenu = new QMenu(exportButton);
    exportMenu->setToolTipsVisible(true);
    exportMenu->addActions({actions->exportOctet, actions->exportInc, actions->exportQdq, actions->exportReport});
    exportButton->setMenu(exportMenu);
    const auto follow = [=] { // a project for review, whose model is away, still has its report
        exportButton->setIcon(actions->exportOctet->icon());
        exportButton->setEnabled(actions->exportOctet->isEnabled() || actions->exportReport->isEnabled());
    };
    for (QAction* source : {actions->exportOctet, actions->exportReport})
        QObject::connect(source, &QAction::changed, exportButton, follow);
    follow();
    bar->addWidget(exportButton);
    bar->addAction(actions->present);
    textBeside(bar, actions->present, QObject::tr("Present"));
    return {bar, pages, draft};
}

QWidget* makeSearchButton(Actions* actions, QWidget* parent)
{
    auto* holder = new QWidget(parent);
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 2, 6, 2);
    auto* button = new QPushButton(QObject::tr("Search commands      Ctrl+K"));
    widgets::setTextHeight(button, 24);
    button->setMinimumWidth(240);
    button->setFocusPolicy(Qt::TabFocus);
    const auto follow = [=] { button->setIcon(actions->palette->icon()); };
    QObject::connect(actions->palette, &QAction::changed, button, follow);
    follow();
    QObject::connect(button, &QPushButton::clicked, actions->palette, &QAction::trigger);
    row->addWidget(button);
    return holder;
}

} // namespace octet::desktop
