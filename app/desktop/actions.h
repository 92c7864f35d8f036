// SPDX-License-Identifier: GPL-3.0-or-later
// Every QAction once: menus, toolbar, palette and context menus share them. A disabled one says why.
#pragma once

#include <QAction>
#include <QActionGroup>
#include <QList>
#include <QObject>

class QMenu;
class QMenuBar;
class QWidget;

namespace octet::desktop {

class Document;
class JobControl;

class Actions : public QObject
{
    Q_OBJECT
public:
    Actions(Document* document, JobControl* jobs, QWidget* window);

    // File
    QAction *open, *openFolder, *openSample, *saveCopy, *exportInc, *exportOctet, *exportQdq, *exportReport, *quit;
    // Edit
    QAction *undo, *redo, *find, *findNext, *findPrevious;
    // View
    QAction *dataPage, *workbenchPage, *comparePage, *profilePage, *yamlPage, *precisions, *machinePage;
    QAction *fitAll, *fitSelection, *hidePlumbing;
    QAction *themeSystem, *themeLight, *themeDark, *themeContrast, *largerText, *smallerText, *normalText;
    QAction *nextPanel, *previousPanel, *resetLayout, *fullScreen, *present, *palette;
    // Quantize
    QAction *markInt8, *markBf16, *markFp32, *markInherit, *lock, *unlock, *byPattern, *sameInAllLayers;
    QAction *presetStatic, *presetSmoothed, *presetDynamic, *presetBf16, *presetFp32;
    QAction *rangeMinMax, *range9999, *range999, *rangeKl, *rangeMse, *rangeWeighted, *smooth;
    // Run
    QAction *baseline, *calibrate, *sensitivity, *measure, *tune, *pause, *stop, *workerCommand;
    // Trials
    QAction *makeDraft, *rename, *note, *pin, *choose, *unchoose, *compare, *copyCommand;
    // Help
    QAction *shortcuts, *about;

    const QList<QAction*>& all() const { return m_all; }
    QList<QAction*> marks() const { return {markInt8, markBf16, markFp32, markInherit}; }
    QList<QAction*> fits() const { return {fitAll, fitSelection}; }
    void buildMenus(QMenuBar* bar);
    QMenu* opTypeMenu() const { return m_opTypes; }
    QMenu* recentMenu() const { return m_recent; }
    /// The menu of ops, for tree, canvas and ops under the cursor.
    void fillOpMenu(QMenu* menu) const;
    void fillTrialMenu(QMenu* menu) const;
    /// Enabled or not, and why; call when anything has changed.
    void refresh();
    void refreshIcons();

    /// "Calibrate: choose a data set first"; empty when enabled.
    static QString whyNot(const QAction* action);

private:
    QAction* add(const QString& text, const char* icon = nullptr, const QKeySequence& shortcut = {});
    void create();
    void setWhyNot(QAction* action, const QString& reason);

    Document* m_document;
    JobControl* m_jobs;
    QWidget* m_window;
    QList<QAction*> m_all;
    QMenu *m_opTypes = nullptr, *m_recent = nullptr;
};

} // namespace octet::desktop
