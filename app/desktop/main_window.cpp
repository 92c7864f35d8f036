// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/main_window.h"

#include "app/desktop/actions.h"
#include "app/desktop/capability_page.h"
#include "app/desktop/command_palette.h"
#include "app/desktop/commands.h"
#include "app/desktop/compare_control.h"
#include "app/desktop/empty_page.h"
#include "app/desktop/focus_ring.h"
#include "app/desktop/job_bar.h"
#include "app/desktop/leaving.h"
#include "app/desktop/message_area.h"
#include "app/desktop/panel_focus.h"
#include "app/desktop/profile_page.h"
#include "app/desktop/session.h"
#include "app/desktop/settings.h"
#include "app/desktop/status_line.h"
#include "app/desktop/tool_bar.h"
#include "app/desktop/words.h"
#include "app/desktop/workbench.h"
#include "app/desktop/yaml_page.h"
#include "widgets/compare_page.h"
#include "widgets/data_page.h"
#include "widgets/segmented.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace octet::desktop {

namespace {

QString droppedPath(const QMimeData* data)
{
    return data->hasUrls() && data->urls().size() == 1 ? data->urls().front().toLocalFile() : QString();
}

} // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent)
    , m_jobs(&m_document)
    , m_actions(new Actions(&m_document, &m_jobs, this))
    , m_commands(new Commands(this))
{
    setAcceptDrops(true);
    setMinimumSize(960, 600);
    m_actions->buildMenus(menuBar());
    m_palette = new CommandPalette(m_actions->all(), this);
    buildToolBar();
    buildPages();
    connectDocument();
    connectJobs();
    m_commands->connectAll();
    m_leaving = new Leaving(this);
    new FocusRing(this);
    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(0);
    connect(&m_refreshTimer, &QTimer::timeout, this, &MainWindow::refresh);
    session::restoreWindow(this);
    refresh();
}

MainWindow::~MainWindow()
{
    // The document and its parts still speak while they go (the undo stack clears itself); nobody is left to listen.
    for (QObject* speaker : std::initializer_list<QObject*> {&m_document, m_document.undoStack(), m_document.selection(),
             m_document.data(), &m_jobs, m_jobs.worker()})
        speaker->disconnect();
}

void MainWindow::buildToolBar()
{
    const ToolBarParts parts = makeToolBar(m_actions, this);
    m_pageSwitch = parts.pages;
    m_draftButton = parts.draft;
    addToolBar(parts.bar);
    connect(m_pageSwitch, &widgets::Segmented::activated, this, &MainWindow::showPage);
    menuBar()->setCornerWidget(makeSearchButton(m_actions, this));
}

void MainWindow::buildPages()
{
    m_emptyPage = new EmptyPage(m_actions->open, m_actions->openFolder, m_actions->openSample);
    connect(m_emptyPage, &EmptyPage::openRequested, this, &MainWindow::open);
    m_dataPage = new widgets::DataPage;
    m_workbench = new Workbench(&m_document, &m_jobs, m_actions);
    m_comparePage = new widgets::ComparePage;
    m_compare = new CompareControl(&m_document, m_comparePage);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_emptyPage);
    m_profilePage = new ProfilePage(&m_document);
    m_yamlPage = new YamlPage(&m_document);
    m_machinePage = new CapabilityPage(&m_document, m_jobs.worker());
    m_pageByName = {{QStringLiteral("data"), m_dataPage}, {QStringLiteral("workbench"), m_workbench},
        {QStringLiteral("compare"), m_comparePage}, {QStringLiteral("profile"), m_profilePage},
        {QStringLiteral("yaml"), m_yamlPage}, {QStringLiteral("machine"), m_machinePage}};
    for (QWidget* page : m_pageByName)
        m_pages->addWidget(page);
    m_messages = new MessageArea;
    m_status = new StatusLine(&m_document, &m_jobs);
    setStatusBar(m_status);
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(4, 4, 4, 4);
    column->setSpacing(4);
    column->addWidget(m_messages);
    column->addWidget(m_pages, 1);
    column->addWidget(new JobBar(&m_document, &m_jobs));
    setCentralWidget(centre);
}

void MainWindow::connectDocument()
{
    const auto later = [this] { m_refreshTimer.start(); };
    connect(&m_document, &Document::notice, this, [this](const Notice& notice) { showMessage(notice); });
    connect(&m_document, &Document::openingStarted, this, [this](const QString& path) {
        m_emptyPage->setOpening(path);
        m_messages->clear();
        session::saveView(this);
    });
    connect(&m_document, &Document::openingEnded, this, [this] {
        m_emptyPage->setOpening({});
        m_emptyPage->refreshRecent();
    });
    connect(&m_document, &Document::opened, this, &MainWindow::opened);
    connect(&m_document, &Document::editableChanged, this, later);
    connect(&m_document, &Document::draftChanged, this, later);
    connect(&m_document, &Document::trialsChanged, this, later);
    connect(m_document.undoStack(), &QUndoStack::indexChanged, this, later);
    connect(m_document.selection(), &Selection::nodesChanged, this, later);
    connect(m_document.selection(), &Selection::trialChanged, this, later);
    connect(m_document.data(), &DataSource::changed, this, [this] {
        m_dataPage->setContent(m_document.data()->content());
        m_refreshTimer.start();
    });
    connect(m_document.data(), &DataSource::checked, this, [this] {
        // A new project starts where its first decision is.
        if (m_document.editable() && m_document.trials().empty() && !m_document.data()->accepted())
            m_pageSwitch->setOptionIcon(QStringLiteral("data"), QStringLiteral("warning"));
    });
    connect(m_dataPage, &widgets::DataPage::specEdited, &m_document, &Document::checkData);
    connect(m_dataPage, &widgets::DataPage::modelFileChosen, this, &MainWindow::open);
}

void MainWindow::connectJobs()
{
    connect(&m_jobs, &JobControl::started, this, [this](JobKind, bool waited) {
        if (!waited)
            m_messages->clear(); // what it asked for has begun
        m_refreshTimer.start();
    });
    connect(&m_jobs, &JobControl::progress, this, [this](const JobProgress& progress) {
        const double share = progress.total > 0 ? double(progress.done) / double(progress.total) : progress.overall;
        m_workbench->showProgress(share, words::q(progress.stage));
    });
    connect(&m_jobs, &JobControl::notice, this, [this](const Notice& notice) { showMessage(notice); });
    connect(&m_jobs, &JobControl::ended, this, [this] { m_refreshTimer.start(); });
    connect(&m_jobs, &JobControl::pauseChanged, this, [this] { m_refreshTimer.start(); });
    connect(&m_jobs, &JobControl::waitingChanged, this, [this] { m_refreshTimer.start(); });
}

void MainWindow::open(const QString& path)
{
    if (m_jobs.running()) {
        showMessage({Notice::Kind::Warning,
            tr("%1 is running: stop it before opening another model.").arg(JobControl::title(m_jobs.kind())), {}});
        return;
    }
    m_document.open(path);
}

void MainWindow::opened(bool)
{
    showPage(QStringLiteral("workbench"));
    session::restoreView(this);
    focusPanel(m_workbench); // a window that starts gives the focus to its first widget, the switch of pages
    setWindowTitle(m_document.title());
    m_refreshTimer.start();
}

void MainWindow::showPage(const QString& page)
{
    if (!m_document.isOpen() || !m_pageByName.contains(page))
        return;
    QWidget* shown = m_pageByName[page];
    m_pages->setCurrentWidget(shown);
    m_pageSwitch->setValue(page);
    // The page's own keys come next (Enter accepts the data), unless somebody walks the switch with the arrows.
    if (!m_pageSwitch->hasFocus() && !shown->isAncestorOf(focusWidget()))
        focusPanel(shown);
}

QString MainWindow::page() const
{
    return m_pageByName.key(m_pages->currentWidget(), QStringLiteral("empty"));
}

void MainWindow::showMessage(const Notice& notice, const QVector<MessageAction>& actions)
{
    m_messages->show(notice, actions);
}

void MainWindow::showPalette()
{
    m_palette->open();
}

void MainWindow::refresh()
{
    m_actions->refresh();
    const bool isOpen = m_document.isOpen();
    for (auto page = m_pageByName.keyBegin(); page != m_pageByName.keyEnd(); ++page)
        m_pageSwitch->setOptionEnabled(*page, isOpen, isOpen ? QString() : tr("Open a model first"));
    const QString noCompare = CompareControl::whyNot(m_document);
    m_pageSwitch->setOptionEnabled(QStringLiteral("compare"), noCompare.isEmpty(), noCompare);
    const bool accepted = m_document.data()->accepted();
    m_pageSwitch->setOptionIcon(QStringLiteral("data"),
        !isOpen ? QString() : accepted ? QStringLiteral("check") : QStringLiteral("warning"));
    if (!isOpen)
        m_pageSwitch->setValue({});
    m_draftButton->setEnabled(isOpen);
    // What stands after it in the bar shall not go for a long name.
    const QString draft = isOpen ? m_jobs.draftName() : QString();
    const QFontMetrics metrics(m_draftButton->font());
    m_draftButton->setText(isOpen
            ? tr("Draft  %1").arg(metrics.elidedText(draft, Qt::ElideRight, 22 * metrics.averageCharWidth()))
            : tr("Draft"));
    m_draftButton->setToolTip(tr("The draft is what you mark; measuring it makes a trial\n%1").arg(draft).trimmed());
    m_status->refresh();
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_actions->refreshIcons();
    QMainWindow::changeEvent(event);
}

void MainWindow::resetLayout()
{
    settings::clearStates();
    m_workbench->resetLayout();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!m_leaving->mayClose()) {
        event->ignore();
        return;
    }
    session::saveWindow(this);
    session::saveView(this);
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!droppedPath(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    if (const QString path = droppedPath(event->mimeData()); !path.isEmpty()) {
        event->acceptProposedAction();
        open(path);
    }
}

} // namespace octet::desktop
