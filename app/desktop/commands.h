// SPDX-License-Identifier: GPL-3.0-or-later
// What every action does.
#pragma once

#include "app/desktop/export_job.h"
#include "core/values/job.h"

#include <QObject>

#include <optional>

namespace octet::desktop {

class Actions;
class Document;
class JobControl;
class MainWindow;

class Commands : public QObject
{
    Q_OBJECT
public:
    explicit Commands(MainWindow* window);
    void connectAll(); // once the window's parts exist
    void draftFromTrial(int trial);

private:
    void connectFile();
    void connectView();
    void connectQuantize();
    void connectRun();
    void connectTrials();
    void connectHelp();
    void browse(bool folder);
    void fillRecent();
    void present();
    void setTextSize(int points);
    void fillOpTypes();
    void setPreset(const char* name, const QString& text);
    void setRanges(const char* method, double percentile, const QString& text);
    void exportAs(ExportFormat format);
    void chooseTrial();
    void showVerdict(); // of the chosen trial, on the held-out half
    void baselineAdvice();
    void searchOn();
    void offerToResume();
    std::optional<JobKind> unfinishedKind() const;
    void queueLeft();

    MainWindow* m_window;
    Actions* m_actions = nullptr;
    Document* m_document = nullptr;
    JobControl* m_jobs = nullptr;
};

} // namespace octet::desktop
