// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/actions.h"

#include "app/desktop/app_info.h"
#include "app/desktop/compare_control.h"
#include "app/desktop/document.h"
#include "app/desktop/job_control.h"
#include "app/desktop/present_story.h"
#include "app/desktop/settings.h"
#include "app/desktop/words.h"
#include "widgets/icons.h"

#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QWidget>

namespace octet::desktop {

namespace {

constexpr const char* iconProperty = "octetIcon";
constexpr const char* whyProperty = "octetWhyNot";

} // namespace

Actions::Actions(Document* document, JobControl* jobs, QWidget* window)
    : QObject(window)
    , m_document(document)
    , m_jobs(jobs)
    , m_window(window)
{
    create();
    refreshIcons();
    refresh();
}

QAction* Actions::add(const QString& text, const char* icon, const QKeySequence& shortcut)
{
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    if (icon)
        action->setProperty(iconProperty, QString::fromLatin1(icon));
    m_all << action;
    m_window->addAction(action);
    return action;
}

void Actions::create()
{
    open = add(tr("Open..."), "open", QKeySequence::Open);
    openFolder = add(tr("Open model folder..."), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_O);
    openSample = add(tr("Open sample"), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_D);
    saveCopy = add(tr("Save a copy as..."), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_S);
    exportOctet = add(tr("Export config and ranges (.octet.yaml)..."), "export", Qt::CTRL | Qt::Key_E);
    exportInc = add(tr("Export Neural Compressor YAML..."), "export", Qt::CTRL | Qt::SHIFT | Qt::Key_E);
    exportQdq = add(tr("Export int8 ONNX (QDQ)..."), "export", Qt::CTRL | Qt::SHIFT | Qt::Key_X);
    exportReport = add(tr("Export report (.html)..."), "export", Qt::CTRL | Qt::ALT | Qt::Key_E);
    quit = add(tr("Quit"), nullptr, Qt::CTRL | Qt::Key_Q);
    undo = add(tr("Undo"), "undo", Qt::CTRL | Qt::Key_Z);
    redo = add(tr("Redo"), "redo", Qt::CTRL | Qt::SHIFT | Qt::Key_Z);
    find = add(tr("Find in graph"), "search", QKeySequence::Find);
    findNext = add(tr("Find next"), nullptr, Qt::Key_F3);
    findPrevious = add(tr("Find previous"), nullptr, Qt::SHIFT | Qt::Key_F3);
    dataPage = add(tr("Data page"), "data", Qt::CTRL | Qt::Key_1);
    workbenchPage = add(tr("Workbench"), nullptr, Qt::CTRL | Qt::Key_2);
    comparePage = add(tr("Compare"), nullptr, Qt::CTRL | Qt::Key_3);
    profilePage = add(tr("Profile page"), nullptr, Qt::CTRL | Qt::Key_4);
    yamlPage = add(tr("YAML page"), nullptr, Qt::CTRL | Qt::Key_5);
    precisions = add(tr("Precision summary"), nullptr, Qt::CTRL | Qt::Key_6);
    machinePage = add(tr("Machine page"), nullptr, Qt::CTRL | Qt::Key_7);
    fitAll = add(tr("Fit graph"), "fit", Qt::Key_F);
    fitSelection = add(tr("Fit selection"), nullptr, Qt::SHIFT | Qt::Key_F);
    hidePlumbing = add(tr("Hide shape plumbing"), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_H);
    hidePlumbing->setCheckable(true);
    hidePlumbing->setChecked(true);
    const auto chord = [](Qt::Key first, Qt::Key second) {
        return QKeySequence(QKeyCombination(Qt::CTRL, first), QKeyCombination(second));
    };
    themeSystem = add(tr("Theme as the system"), nullptr, chord(Qt::Key_T, Qt::Key_S));
    themeLight = add(tr("Light theme"), nullptr, chord(Qt::Key_T, Qt::Key_L));
    themeDark = add(tr("Dark theme"), nullptr, chord(Qt::Key_T, Qt::Key_D));
    themeContrast = add(tr("High contrast theme"), nullptr, chord(Qt::Key_T, Qt::Key_H));
    auto* themes = new QActionGroup(this);
    for (QAction* action : {themeSystem, themeLight, themeDark, themeContrast}) {
        action->setCheckable(true);
        themes->addAction(action);
    }
    largerText = add(tr("Larger text"), nullptr, QKeySequence::ZoomIn);
    largerText->setShortcuts({Qt::CTRL | Qt::Key_Plus, Qt::CTRL | Qt::Key_Equal});
    smallerText = add(tr("Smaller text"), nullptr, QKeySequence::ZoomOut);
    normalText = add(tr("Normal text size"), nullptr, Qt::CTRL | Qt::Key_0);
    // F6 calibrates, so the usual key for this has Ctrl here.
    nextPanel = add(tr("Next panel"), nullptr, Qt::CTRL | Qt::Key_F6);
    previousPanel = add(tr("Previous panel"), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_F6);
    resetLayout = add(tr("Reset layout"), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_R);
    present = add(tr("Present"), "present", Qt::Key_F11);
    fullScreen = add(tr("Full screen"), nullptr, Qt::SHIFT | Qt::Key_F11);
    fullScreen->setCheckable(true);
    palette = add(tr("Search commands"), "search", Qt::CTRL | Qt::Key_K);
    palette->setShortcuts({Qt::CTRL | Qt::Key_K, Qt::CTRL | Qt::SHIFT | Qt::Key_P});

    markInt8 = add(tr("Mark int8"), nullptr, Qt::Key_1);
    markBf16 = add(tr("Mark bf16"), nullptr, Qt::Key_2);
    markFp32 = add(tr("Mark fp32"), nullptr, Qt::Key_3);
    markInherit = add(tr("Inherit precision"), nullptr, Qt::Key_0);
    // Digits and letters belong to what is selected in graph, tree and inspector, and are typed everywhere else.
    for (QAction* action : marks() + fits()) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        m_window->removeAction(action);
    }
    lock = add(tr("Lock: the search may not touch it"), "lock", Qt::CTRL | Qt::SHIFT | Qt::Key_L);
    unlock = add(tr("Unlock"), "unlock", Qt::CTRL | Qt::SHIFT | Qt::Key_K);
    byPattern = add(tr("Mark by pattern..."), nullptr, Qt::CTRL | Qt::Key_R);
    sameInAllLayers = add(tr("Select the same op in all layers"), nullptr, Qt::CTRL | Qt::Key_L);
    presetStatic = add(tr("Draft: everything int8, static"), nullptr, chord(Qt::Key_P, Qt::Key_S));
    presetSmoothed = add(tr("Draft: everything int8, smoothed"), nullptr, chord(Qt::Key_P, Qt::Key_M));
    presetDynamic = add(tr("Draft: everything int8, dynamic per token"), nullptr, chord(Qt::Key_P, Qt::Key_D));
    presetBf16 = add(tr("Draft: everything bf16"), nullptr, chord(Qt::Key_P, Qt::Key_B));
    presetFp32 = add(tr("Draft: everything fp32"), nullptr, chord(Qt::Key_P, Qt::Key_F));
    rangeMinMax = add(tr("Ranges: minimum and maximum"), nullptr, chord(Qt::Key_J, Qt::Key_1));
    range9999 = add(tr("Ranges: percentile 99.99"), nullptr, chord(Qt::Key_J, Qt::Key_2));
    range999 = add(tr("Ranges: percentile 99.9"), nullptr, chord(Qt::Key_J, Qt::Key_3));
    rangeKl = add(tr("Ranges: least divergence (KL)"), nullptr, chord(Qt::Key_J, Qt::Key_4));
    rangeMse = add(tr("Ranges: least squared error (MSE)"), nullptr, chord(Qt::Key_J, Qt::Key_5));
    rangeWeighted = add(tr("Ranges: squared error as the weights read it"), nullptr, chord(Qt::Key_J, Qt::Key_6));
    smooth = add(tr("Smooth outliers away (changes weights)"), nullptr, chord(Qt::Key_J, Qt::Key_S));
    smooth->setCheckable(true);

    baseline = add(tr("Baseline"), "baseline", Qt::Key_F5);
    calibrate = add(tr("Calibrate"), "calibrate", Qt::Key_F6);
    sensitivity = add(tr("Sensitivity"), "sensitivity", Qt::Key_F7);
    tune = add(tr("Tune"), "tune", Qt::Key_F8);
    measure = add(tr("Measure draft"), "measure", Qt::Key_F9);
    pause = add(tr("Pause"), "pause", Qt::CTRL | Qt::Key_F5);
    stop = add(tr("Stop"), "stop", Qt::SHIFT | Qt::Key_F5);
    workerCommand = add(tr("Worker command..."), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_W);

    makeDraft = add(tr("Make draft of trial"), nullptr, Qt::CTRL | Qt::Key_Return);
    rename = add(tr("Rename trial"), nullptr, Qt::Key_F2);
    note = add(tr("Note on trial..."), nullptr, Qt::SHIFT | Qt::Key_F2);
    pin = add(tr("Pin trial"), "pin", Qt::CTRL | Qt::Key_B);
    pin->setCheckable(true);
    choose = add(tr("Choose trial..."), "star", Qt::CTRL | Qt::SHIFT | Qt::Key_Return);
    unchoose = add(tr("Choose none"), nullptr, Qt::CTRL | Qt::SHIFT | Qt::Key_Backspace);
    compare = add(tr("Compare selected trials"), "compare", Qt::CTRL | Qt::Key_D);
    copyCommand = add(tr("Copy as command"), "copy", Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    shortcuts = add(tr("Keyboard shortcuts"), nullptr, Qt::Key_F1);
    shortcuts->setShortcuts({Qt::Key_F1, Qt::CTRL | Qt::Key_Question});
    about = add(tr("About Octet"), nullptr, Qt::SHIFT | Qt::Key_F1);
}

void Actions::buildMenus(QMenuBar* bar)
{
    QMenu* file = bar->addMenu(tr("&File"));
    file->addActions({open, openFolder});
    m_recent = file->addMenu(tr("Open recent"));
    file->addActions({openSample, saveCopy});
    file->addSeparator();
    file->addActions({exportOctet, exportInc, exportQdq, exportReport});
    file->addSeparator();
    file->addAction(quit);

    QMenu* edit = bar->addMenu(tr("&Edit"));
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addActions({find, findNext, findPrevious, palette});

    QMenu* view = bar->addMenu(tr("&View"));
    view->addActions({dataPage, workbenchPage, comparePage, profilePage, yamlPage, precisions, machinePage});
    view->addSeparator();
    view->addActions({fitAll, fitSelection, hidePlumbing});
    view->addSeparator();
    view->addActions({themeSystem, themeLight, themeDark, themeContrast});
    view->addSeparator();
    view->addActions({largerText, smallerText, normalText});
    view->addSeparator();
    view->addActions({nextPanel, previousPanel, present, fullScreen, resetLayout});

    QMenu* quantize = bar->addMenu(tr("&Quantize"));
    quantize->addActions({markInt8, markBf16, markFp32, markInherit});
    quantize->addSeparator();
    quantize->addActions({lock, unlock, sameInAllLayers, byPattern});
    m_opTypes = quantize->addMenu(tr("Mark op type"));
    quantize->addSeparator();
    quantize->addActions({presetStatic, presetSmoothed, presetDynamic, presetBf16, presetFp32});
    quantize->addSeparator();
    quantize->addActions({rangeMinMax, range9999, range999, rangeKl, rangeMse, rangeWeighted});
    quantize->addSeparator();
    quantize->addAction(smooth);

    QMenu* run = bar->addMenu(tr("&Run"));
    run->addActions({baseline, calibrate, sensitivity, tune, measure, pause, stop});
    run->addSeparator();
    run->addActions({workerCommand, copyCommand});

    fillTrialMenu(bar->addMenu(tr("&Trials")));
    QMenu* help = bar->addMenu(tr("&Help"));
    help->addActions({shortcuts, about});
    for (QAction* menu : bar->actions())
        menu->menu()->setToolTipsVisible(true);
}

void Actions::fillOpMenu(QMenu* menu) const
{
    menu->setToolTipsVisible(true);
    menu->addActions(marks());
    menu->addSeparator();
    menu->addActions({lock, unlock, sameInAllLayers, byPattern});
    menu->addSeparator();
    menu->addAction(fitSelection);
}

void Actions::fillTrialMenu(QMenu* menu) const
{
    menu->setToolTipsVisible(true);
    menu->addActions({makeDraft, compare, choose, unchoose});
    menu->addSeparator();
    menu->addActions({rename, note, pin});
    menu->addSeparator();
    menu->addActions({exportOctet, exportInc, exportQdq, exportReport});
}

void Actions::setWhyNot(QAction* action, const QString& reason)
{
    action->setEnabled(reason.isEmpty());
    action->setProperty(whyProperty, reason);
    QString tip = action->text();
    tip.remove(QStringLiteral("..."));
    if (!action->shortcut().isEmpty())
        tip += QStringLiteral(" (%1)").arg(action->shortcut().toString(QKeySequence::NativeText));
    if (!reason.isEmpty())
        tip += QStringLiteral(": ") + reason;
    action->setToolTip(tip);
    action->setStatusTip(reason.isEmpty() ? QString() : tip);
}

QString Actions::whyNot(const QAction* action)
{
    return action->property(whyProperty).toString();
}

void Actions::refresh()
{
    const bool isOpen = m_document->isOpen();
    const QString closed = isOpen ? QString() : tr("open a model first");
    const QString noModel = !isOpen ? closed : m_document->hasModel() ? QString() : m_document->reviewReason();
    const QString noEdit = !noModel.isEmpty() ? noModel : m_document->reviewReason();
    const QString noSelection = !noEdit.isEmpty()    ? noEdit
        : m_document->selection()->nodes().isEmpty() ? tr("select an op or a box first")
                                                     : QString();
    setWhyNot(openSample, sampleFolder().isEmpty() ? tr("the sample did not come with this program") : QString());
    QUndoStack* undoStack = m_document->undoStack();
    undo->setText(undoStack->canUndo() ? tr("Undo: %1").arg(undoStack->undoText()) : tr("Undo"));
    redo->setText(undoStack->canRedo() ? tr("Redo: %1").arg(undoStack->redoText()) : tr("Redo"));
    setWhyNot(undo, undoStack->canUndo() ? QString() : tr("nothing to undo"));
    setWhyNot(redo, undoStack->canRedo() ? QString() : tr("nothing to redo"));
    for (QAction* action : {open, openFolder, quit, palette, themeSystem, themeLight, themeDark, themeContrast,
             nextPanel, previousPanel, fullScreen, resetLayout, workerCommand, shortcuts, about})
        setWhyNot(action, {});
    setWhyNot(largerText, settings::textSize() < settings::largestText ? QString() : tr("the text is as large as it gets"));
    setWhyNot(smallerText,
        settings::textSize() > settings::smallestText ? QString() : tr("the text is as small as it gets"));
    setWhyNot(normalText, settings::textSize() != 0 ? QString() : tr("the text has its normal size"));
    for (QAction* action : {saveCopy, dataPage, workbenchPage, profilePage, yamlPage, machinePage})
        setWhyNot(action, closed);
    for (QAction* action : {precisions, find, findNext, findPrevious, fitAll, hidePlumbing, exportInc, exportOctet, exportQdq, copyCommand})
        setWhyNot(action, noModel);
    const bool anyDone = std::ranges::any_of(
        m_document->trials(), [](const Trial& trial) { return trial.state == TrialState::Done && trial.tuning(); });
    setWhyNot(exportReport, anyDone ? QString() : tr("measure the baseline first"));
    for (QAction* action : {fitSelection, sameInAllLayers})
        setWhyNot(action,
            !noModel.isEmpty()                               ? noModel
                : m_document->selection()->nodes().isEmpty() ? tr("select an op or a box first")
                                                             : QString());
    for (QAction* action :
        {byPattern, presetStatic, presetSmoothed, presetDynamic, presetBf16, presetFp32, rangeMinMax, range9999,
            range999, rangeKl, rangeMse, rangeWeighted, smooth})
        setWhyNot(action, noEdit);
    smooth->setChecked(m_document->draft().model.smoothing.value_or(0) != 0);
    // Marks stay reachable when the project is for review: pressing 3 then answers why, inline.
    for (QAction* action : {markInt8, markBf16, markFp32, markInherit, lock, unlock})
        setWhyNot(action, !noModel.isEmpty() || noEdit.isEmpty() ? noSelection : QString());
    setWhyNot(baseline, m_jobs->whyNot(JobKind::Baseline));
    setWhyNot(calibrate, m_jobs->whyNot(JobKind::Calibrate));
    setWhyNot(sensitivity, m_jobs->whyNot(JobKind::Sensitivity));
    setWhyNot(tune, m_jobs->whyNot(JobKind::Tune));
    setWhyNot(measure, m_jobs->whyNot(JobKind::Measure));
    pause->setText(m_jobs->paused() ? tr("Resume") : tr("Pause"));
    pause->setProperty(iconProperty, m_jobs->paused() ? QStringLiteral("play") : QStringLiteral("pause"));
    pause->setIcon(widgets::icon(pause->property(iconProperty).toString(), QApplication::palette()));
    setWhyNot(pause, m_jobs->whyNotPause());
    setWhyNot(stop, m_jobs->running() ? QString() : tr("nothing is running"));

    setWhyNot(present, whyNoStory(*m_document));
    for (QAction* action : {comparePage, compare})
        setWhyNot(action, CompareControl::whyNot(*m_document));
    const Trial* trial = m_document->trial(m_document->selection()->trial());
    const QString noTrial = !closed.isEmpty() ? closed : trial ? QString() : tr("select a trial first");
    const QString noTrialEdit = !noTrial.isEmpty() ? noTrial : m_document->reviewReason();
    const bool done = trial && trial->state == TrialState::Done;
    setWhyNot(makeDraft, noTrialEdit);
    const QString notOurs = !noTrialEdit.isEmpty() ? noTrialEdit
        : m_document->recordedOn().isEmpty()      ? QString()
                                                  : tr("it was recorded elsewhere: measure here first, F5");
    for (QAction* action : {rename, note, pin})
        setWhyNot(action, notOurs);
    pin->setChecked(trial && trial->pinned);
    setWhyNot(choose,
        !notOurs.isEmpty() ? notOurs
            : done         ? QString()
                           : tr("only a finished trial can be chosen"));
    setWhyNot(unchoose,
        !m_document->reviewReason().isEmpty() ? m_document->reviewReason()
            : m_document->chosenTrial()       ? QString()
                                              : tr("no trial is chosen"));
}

void Actions::refreshIcons()
{
    for (QAction* action : m_all) {
        const QString name = action->property(iconProperty).toString();
        if (!name.isEmpty())
            action->setIcon(widgets::icon(name, QApplication::palette()));
    }
}

} // namespace octet::desktop
