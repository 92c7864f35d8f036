// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/commands.h"

#include "app/desktop/actions.h"
#include "app/desktop/app_info.h"
#include "app/desktop/command_line.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/export_dialog.h"
#include "app/desktop/file_dialogs.h"
#include "app/desktop/graph_panel.h"
#include "app/desktop/main_window.h"
#include "app/desktop/mark_by_pattern.h"
#include "app/desktop/marking.h"
#include "app/desktop/message_area.h"
#include "app/desktop/present_trials.h"
#include "app/desktop/settings.h"
#include "app/desktop/shortcut_sheet.h"
#include "app/desktop/words.h"
#include "app/desktop/workbench.h"
#include "core/values/error.h"
#include "widgets/data_page.h"
#include "widgets/trials_view.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>

#include <algorithm>
#include <set>

namespace octet::desktop {

using words::q;
using words::s;

Commands::Commands(MainWindow* window)
    : QObject(window)
    , m_window(window)
{
}

void Commands::connectAll()
{
    m_actions = m_window->actionList();
    m_document = m_window->document();
    m_jobs = m_window->jobs();
    connectFile();
    connectView();
    connectQuantize();
    connectRun();
    connectTrials();
    connectHelp();
}

void Commands::browse(bool folder)
{
    const QStringList recent = settings::recent();
    const QString start = m_document->isOpen() ? QFileInfo(m_document->modelPath()).absolutePath()
        : recent.isEmpty()                     ? QString()
                                               : QFileInfo(recent.front()).absolutePath();
    const auto open = [this](const QString& path) { m_window->open(path); };
    if (folder)
        dialogs::openFolder(m_window, tr("Open model folder"), start, open);
    else
        dialogs::openFile(m_window, tr("Open"),
            tr("Models, projects and configs (*.onnx *.octet *.yaml *.yml);;All files (*)"), start, open);
}

void Commands::connectFile()
{
    connect(m_actions->open, &QAction::triggered, this, [this] { browse(false); });
    connect(m_actions->openFolder, &QAction::triggered, this, [this] { browse(true); });
    connect(m_actions->openSample, &QAction::triggered, this, [this] { m_window->open(sampleModel()); });
    connect(m_actions->recentMenu(), &QMenu::aboutToShow, this, &Commands::fillRecent);
    connect(m_actions->saveCopy, &QAction::triggered, this, [this] {
        dialogs::saveFile(m_window, tr("Save a copy as"), m_document->projectPath(),
            [this](const QString& path) { m_document->saveCopy(path); });
    });
    connect(m_actions->exportOctet, &QAction::triggered, this, [this] { exportAs(ExportFormat::OctetYaml); });
    connect(m_actions->exportInc, &QAction::triggered, this, [this] { exportAs(ExportFormat::IncYaml); });
    connect(m_actions->exportQdq, &QAction::triggered, this, [this] { exportAs(ExportFormat::QdqOnnx); });
    connect(m_actions->exportReport, &QAction::triggered, this, [this] { exportAs(ExportFormat::Report); });
    connect(m_actions->quit, &QAction::triggered, m_window, &QWidget::close);
    connect(m_actions->undo, &QAction::triggered, m_document->undoStack(), &QUndoStack::undo);
    connect(m_actions->redo, &QAction::triggered, m_document->undoStack(), &QUndoStack::redo);
    connect(m_window->dataPage(), &widgets::DataPage::browseRequested, this, [this] { browse(true); });
    connect(m_window->dataPage(), &widgets::DataPage::accepted, this, [this] {
        m_document->acceptData();
        if (!m_document->data()->accepted()) {
            m_window->showMessage({Notice::Kind::Warning,
                m_document->editable() ? m_document->data()->whyNot() : m_document->reviewReason(), {}});
            return;
        }
        m_window->showPage(QStringLiteral("workbench"));
        if (m_document->trials().empty())
            m_window->showMessage(
                {Notice::Kind::Info, tr("The data is accepted. Measure the baseline to see where int8 stands."), {}},
                {{tr("Baseline, F5"), [this] { m_jobs->start(JobKind::Baseline); }, true}});
    });
    connect(m_window->dataPage(), &widgets::DataPage::copyCommandRequested, m_actions->copyCommand, &QAction::trigger);
}

void Commands::fillRecent()
{
    QMenu* menu = m_actions->recentMenu();
    menu->clear();
    for (const QString& path : settings::recent()) {
        QAction* action = menu->addAction(path);
        action->setEnabled(QFileInfo::exists(path));
        connect(action, &QAction::triggered, this, [this, path] { m_window->open(path); });
    }
    if (menu->isEmpty())
        menu->addAction(tr("Nothing opened yet"))->setEnabled(false);
}

void Commands::connectQuantize()
{
    const auto mark = [this](QAction* action, std::optional<Precision> precision) {
        connect(action, &QAction::triggered, this, [this, precision] {
            marking::apply(m_document, marking::mark(*m_document, m_document->selection()->nodes(), precision));
        });
    };
    mark(m_actions->markInt8, Precision::Int8);
    mark(m_actions->markBf16, Precision::Bf16);
    mark(m_actions->markFp32, Precision::Fp32);
    mark(m_actions->markInherit, std::nullopt);
    for (const bool locked : {true, false})
        connect(locked ? m_actions->lock : m_actions->unlock, &QAction::triggered, this, [this, locked] {
            marking::apply(m_document, marking::lock(*m_document, m_document->selection()->nodes(), locked));
        });
    connect(m_actions->sameInAllLayers, &QAction::triggered, this, [this] {
        const marking::Everywhere all = marking::inAllLayers(*m_document, m_document->selection()->nodes());
        if (!all.refusal.isEmpty())
            emit m_document->notice({Notice::Kind::Info, all.refusal, {}});
        else
            m_document->selection()->setNodes(all.nodes);
    });
    connect(m_actions->byPattern, &QAction::triggered, this, [this] {
        m_window->showPage(QStringLiteral("workbench"));
        m_window->workbench()->graph()->byPattern()->open();
    });
    connect(m_actions->opTypeMenu(), &QMenu::aboutToShow, this, &Commands::fillOpTypes);
    connect(m_actions->presetStatic, &QAction::triggered, this,
        [this] { setPreset("static", tr("Draft: everything int8, static")); });
    connect(m_actions->presetSmoothed, &QAction::triggered, this,
        [this] { setPreset("smoothed", tr("Draft: everything int8, smoothed")); });
    connect(m_actions->presetDynamic, &QAction::triggered, this,
        [this] { setPreset("dynamic", tr("Draft: everything int8, dynamic")); });
    connect(
        m_actions->presetBf16, &QAction::triggered, this, [this] { setPreset("bf16", tr("Draft: everything bf16")); });
    connect(
        m_actions->presetFp32, &QAction::triggered, this, [this] { setPreset("fp32", tr("Draft: everything fp32")); });
    connect(m_actions->rangeMinMax, &QAction::triggered, this,
        [this] { setRanges("minmax", 0, tr("Ranges: minimum and maximum")); });
    connect(m_actions->range9999, &QAction::triggered, this,
        [this] { setRanges("percentile", 99.99, tr("Ranges: percentile 99.99")); });
    connect(m_actions->range999, &QAction::triggered, this,
        [this] { setRanges("percentile", 99.9, tr("Ranges: percentile 99.9")); });
    connect(m_actions->rangeKl, &QAction::triggered, this,
        [this] { setRanges("kl", 0, tr("Ranges: least divergence")); });
    connect(m_actions->rangeMse, &QAction::triggered, this,
        [this] { setRanges("mse", 0, tr("Ranges: least squared error")); });
    connect(m_actions->rangeWeighted, &QAction::triggered, this,
        [this] { setRanges("mse_weighted", 0, tr("Ranges: squared error as the weights read it")); });
    connect(m_actions->smooth, &QAction::triggered, this, [this](bool on) {
        marking::Mark change;
        change.draft = m_document->draft();
        change.draft.model.smoothing = on ? presetConfig("smoothed").model.smoothing : std::nullopt;
        change.text = on ? tr("Smooth outliers away") : tr("No smoothing");
        marking::apply(m_document, change);
    });
}

void Commands::fillOpTypes()
{
    QMenu* menu = m_actions->opTypeMenu();
    menu->clear();
    std::set<std::string> types;
    if (m_document->hasModel())
        for (const quantize::Product& product : m_document->loaded().products)
            types.insert(m_document->model().nodes()[std::size_t(product.node)].opType);
    for (const std::string& type : types)
        for (const Precision precision : {Precision::Int8, Precision::Bf16, Precision::Fp32}) {
            QAction* action = menu->addAction(tr("%1 to %2").arg(q(type), words::precision(precision)));
            action->setEnabled(m_document->editable());
            connect(action, &QAction::triggered, this, [this, type, precision] {
                marking::apply(m_document, marking::markOpType(*m_document, q(type), precision));
            });
        }
    if (menu->isEmpty())
        menu->addAction(tr("Open a model first"))->setEnabled(false);
}

void Commands::setPreset(const char* name, const QString& text)
{
    marking::Mark mark;
    mark.draft = presetConfig(name);
    mark.text = text;
    marking::apply(m_document, mark);
}

void Commands::setRanges(const char* method, double percentile, const QString& text)
{
    marking::Mark mark;
    mark.draft = m_document->draft();
    mark.draft.model.rangeMethod = rangeMethodFromString(method);
    mark.draft.model.percentile = percentile > 0 ? std::optional(percentile) : std::nullopt;
    mark.text = text;
    marking::apply(m_document, mark);
}

void Commands::connectRun()
{
    const std::pair<QAction*, JobKind> jobs[] = {{m_actions->baseline, JobKind::Baseline},
        {m_actions->calibrate, JobKind::Calibrate}, {m_actions->sensitivity, JobKind::Sensitivity}, {m_actions->measure, JobKind::Measure},
        {m_actions->tune, JobKind::Tune}};
    for (const auto& [action, kind] : jobs)
        connect(action, &QAction::triggered, this, [this, kind = kind] {
            if (kind == JobKind::Tune)
                searchOn();
            if (!m_jobs->start(kind))
                return;
            m_window->showPage(QStringLiteral("workbench"));
            m_window->workbench()->showLower(
                kind == JobKind::Sensitivity ? QStringLiteral("sensitivity") : QStringLiteral("trials"));
        });
    connect(m_actions->pause, &QAction::triggered, m_jobs, [this] { m_jobs->pause(!m_jobs->paused()); });
    connect(m_actions->stop, &QAction::triggered, m_jobs, &JobControl::stop);
    connect(m_document, &Document::opened, this, &Commands::offerToResume);
    connect(m_jobs, &JobControl::finished, this, [this](const JobResult& result) {
        if (m_jobs->kind() == JobKind::Baseline)
            baselineAdvice();
        else if (m_jobs->kind() == JobKind::Judge)
            showVerdict();
        else if (result.bestTrial && m_document->trial(result.bestTrial))
            m_document->selection()->setTrial(result.bestTrial);
    });
    connect(m_actions->workerCommand, &QAction::triggered, this, [this] {
        dialogs::askText(m_window, tr("Worker command"),
            tr("Command line of the worker, such as: ssh HOST octet-cli serve. Empty: octet-cli beside this program."),
            settings::workerCommand(), tr("Use"), [](const QString& text) { settings::setWorkerCommand(text.trimmed()); });
    });
    connect(m_actions->copyCommand, &QAction::triggered, this, [this] {
        const QString command = tuneCommand(*m_document);
        QGuiApplication::clipboard()->setText(command);
        m_window->showMessage({Notice::Kind::Info, tr("Copied: %1").arg(command), {}});
    });
}

/// Who asks for a search after the baselines said that one of them holds the goal is told nothing new by that.
void Commands::searchOn()
{
    Goal goal = m_document->goal();
    if (goal.searchOn || octet::desktop::baselineAdvice(*m_document).isEmpty() || !m_jobs->whyNot(JobKind::Tune).isEmpty())
        return;
    goal.searchOn = true;
    m_document->undoStack()->push(new SetGoal(m_document, goal));
}

void Commands::baselineAdvice()
{
    const QString advice = octet::desktop::baselineAdvice(*m_document);
    const TrialsContent content = presentTrials(*m_document);
    if (advice.isEmpty() || !content.best)
        return;
    const int best = content.best;
    m_document->selection()->setTrial(best);
    m_window->showMessage(
        {Notice::Kind::Info, advice, tr("Judged on the tuning half; a search may find a faster one.")},
        {{tr("Choose it..."),
             [this, best] {
                 m_document->selection()->setTrial(best);
                 chooseTrial();
             },
             true},
            {tr("Tune anyway, F8"), [this] { m_actions->tune->trigger(); }, false}});
}

void Commands::exportAs(ExportFormat format)
{
    auto* dialog = new ExportDialog(m_document, format, m_window);
    connect(dialog, &ExportDialog::written, this, [this](const QString& path, const QStringList& losses) {
        m_window->showMessage(
            {Notice::Kind::Info, tr("Exported %1").arg(path),
                losses.isEmpty() ? QString() : tr("Not in it: %1").arg(losses.join(QStringLiteral("; ")))},
            {{tr("Copy path"), [path] { QGuiApplication::clipboard()->setText(path); }, false}});
    });
    dialog->open();
}

void Commands::connectHelp()
{
    connect(m_actions->shortcuts, &QAction::triggered, this, [this] { showShortcuts(m_actions->all(), m_window); });
    connect(m_actions->about, &QAction::triggered, this, [this] {
        m_window->showMessage({Notice::Kind::Info,
            tr("Octet %1, a workbench for int8 Transformers. GPL-3.0-or-later.").arg(QStringLiteral(OCTET_VERSION)),
            tr("Qt %1, QCustomPlot, oneDNN, ONNX, yaml-cpp, SQLite.").arg(QString::fromLatin1(qVersion()))});
    });
}

} // namespace octet::desktop
