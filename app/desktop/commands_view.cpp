// SPDX-License-Identifier: GPL-3.0-or-later
// The View menu: pages, graph, themes, text size, panels.
#include "app/desktop/commands.h"

#include "app/desktop/actions.h"
#include "app/desktop/advice_control.h"
#include "app/desktop/document.h"
#include "app/desktop/find_bar.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/job_control.h"
#include "app/desktop/main_window.h"
#include "app/desktop/panel_focus.h"
#include "app/desktop/present_story.h"
#include "app/desktop/profile_page.h"
#include "app/desktop/settings.h"
#include "app/desktop/style.h"
#include "app/desktop/workbench.h"
#include "widgets/graph_canvas.h"

#include <QScreen>

namespace octet::desktop {

void Commands::connectView()
{
    GraphPanel* graph = m_window->workbench()->graph();
    const std::pair<QAction*, const char*> pages[] = {{m_actions->dataPage, "data"},
        {m_actions->workbenchPage, "workbench"}, {m_actions->comparePage, "compare"},
        {m_actions->profilePage, "profile"}, {m_actions->yamlPage, "yaml"}, {m_actions->machinePage, "machine"}};
    for (const auto& [action, page] : pages)
        connect(action, &QAction::triggered, this,
            [this, page = QString::fromLatin1(page)] { m_window->showPage(page); });
    connect(m_actions->precisions, &QAction::triggered, this, [this] {
        m_window->showPage(QStringLiteral("workbench"));
        m_window->workbench()->showLower(QStringLiteral("precisions"));
    });
    connect(m_window->profilePage(), &ProfilePage::showInGraphRequested, this, [this, graph] {
        m_window->showPage(QStringLiteral("workbench"));
        graph->canvas()->fitSelection();
    });
    connect(m_actions->find, &QAction::triggered, this, [this, graph] {
        m_window->showPage(QStringLiteral("workbench"));
        graph->findBar()->focusLine();
    });
    for (const int step : {1, -1})
        connect(step > 0 ? m_actions->findNext : m_actions->findPrevious, &QAction::triggered, this, [=, this] {
            m_window->showPage(QStringLiteral("workbench"));
            // Without a search there is nothing to go to: the line asks for one.
            if (graph->findBar()->matches().isEmpty())
                graph->findBar()->focusLine();
            else
                graph->findBar()->walk(step);
        });
    connect(m_actions->palette, &QAction::triggered, m_window, &MainWindow::showPalette);
    connect(m_actions->fitAll, &QAction::triggered, graph->canvas(), &widgets::GraphCanvas::fitAll);
    connect(m_actions->fitSelection, &QAction::triggered, graph->canvas(), &widgets::GraphCanvas::fitSelection);
    connect(m_actions->hidePlumbing, &QAction::toggled, graph->canvas(), &widgets::GraphCanvas::setHidePlumbing);
    connect(m_actions->resetLayout, &QAction::triggered, m_window, &MainWindow::resetLayout);
    connect(m_actions->fullScreen, &QAction::toggled, m_window,
        [this](bool on) { on ? m_window->showFullScreen() : m_window->showNormal(); });
    connect(m_actions->present, &QAction::triggered, this, &Commands::present);
    const std::pair<QAction*, settings::ThemeChoice> themes[] = {
        {m_actions->themeSystem, settings::ThemeChoice::System}, {m_actions->themeLight, settings::ThemeChoice::Light},
        {m_actions->themeDark, settings::ThemeChoice::Dark},
        {m_actions->themeContrast, settings::ThemeChoice::HighContrast}};
    for (const auto& [action, choice] : themes) {
        action->setChecked(settings::theme() == choice);
        connect(action, &QAction::triggered, this, [choice = choice] {
            settings::setTheme(choice);
            style::applyTheme(choice);
        });
    }
    connect(m_window->workbench()->advice(), &AdviceControl::dataPageRequested, this,
        [this] { m_window->showPage(QStringLiteral("data")); });
    for (const int step : {1, -1})
        connect(step > 0 ? m_actions->largerText : m_actions->smallerText, &QAction::triggered, this,
            [=, this] { setTextSize(settings::textSize() + step); });
    connect(m_actions->normalText, &QAction::triggered, this, [this] { setTextSize(0); });
    for (const int step : {1, -1})
        connect(step > 0 ? m_actions->nextPanel : m_actions->previousPanel, &QAction::triggered, this,
            [=, this] { stepPanel(m_window, step); });
    connect(m_window->workbench(), &Workbench::sensitivityRequested, m_actions->sensitivity, &QAction::trigger);
    connect(m_window->workbench(), &Workbench::emptyActionRequested, this, [this] {
        if (m_document->data()->accepted())
            m_jobs->start(JobKind::Baseline);
        else
            m_window->showPage(QStringLiteral("data"));
    });
}

void Commands::present()
{
    auto* presentation = new widgets::Presentation(m_window);
    presentation->setWindowFlag(Qt::Window);
    presentation->setAttribute(Qt::WA_DeleteOnClose);
    presentation->setWindowTitle(m_document->title());
    presentation->setContent(presentStory(*m_document));
    presentation->setGeometry(m_window->screen()->geometry()); // also where nobody manages windows
    presentation->showFullScreen();
    presentation->activateWindow();
}

void Commands::setTextSize(int points)
{
    settings::setTextSize(points);
    style::applyTextSize(settings::textSize());
    m_actions->refresh();
}

} // namespace octet::desktop
