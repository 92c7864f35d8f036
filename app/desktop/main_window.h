// SPDX-License-Identifier: GPL-3.0-or-later
// Assembles: pages, toolbar, message area, job strip, status line. What actions do is in commands.h.
#pragma once

#include "app/desktop/document.h"
#include "app/desktop/job_control.h"

#include <QMainWindow>
#include <QMap>

class QStackedWidget;
class QPushButton;

namespace octet::widgets {
class ComparePage;
class DataPage;
class Segmented;
} // namespace octet::widgets

namespace octet::desktop {

class Actions;
class CapabilityPage;
class CommandPalette;
class CompareControl;
class Commands;
class EmptyPage;
class Leaving;
class MessageArea;
class ProfilePage;
class StatusLine;
class Workbench;
class YamlPage;
struct MessageAction;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    void open(const QString& path);
    void showPage(const QString& page); // "data", "workbench", "compare", "profile", "yaml", "machine"
    QString page() const;
    void showMessage(const Notice& notice, const QVector<MessageAction>& actions = {});
    void resetLayout();
    void showPalette();

    Document* document() { return &m_document; }
    JobControl* jobs() { return &m_jobs; }
    Actions* actionList() { return m_actions; }
    Workbench* workbench() { return m_workbench; }
    widgets::DataPage* dataPage() { return m_dataPage; }
    ProfilePage* profilePage() { return m_profilePage; }
    CapabilityPage* machinePage() { return m_machinePage; }
    YamlPage* yamlPage() { return m_yamlPage; }
    widgets::ComparePage* comparePage() { return m_comparePage; }
    CompareControl* compare() { return m_compare; }
    MessageArea* messages() { return m_messages; }
    Leaving* leaving() { return m_leaving; }
    CommandPalette* palettePopup() { return m_palette; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildToolBar();
    void buildPages();
    void connectDocument();
    void connectJobs();
    void opened(bool isNew);
    void refresh();

    Document m_document;
    JobControl m_jobs;
    Actions* m_actions;
    Commands* m_commands;
    widgets::Segmented* m_pageSwitch;
    QPushButton* m_draftButton;
    QStackedWidget* m_pages;
    EmptyPage* m_emptyPage;
    widgets::DataPage* m_dataPage;
    widgets::ComparePage* m_comparePage;
    CompareControl* m_compare;
    Workbench* m_workbench;
    ProfilePage* m_profilePage;
    YamlPage* m_yamlPage;
    CapabilityPage* m_machinePage;
    QMap<QString, QWidget*> m_pageByName;
    MessageArea* m_messages;
    StatusLine* m_status;
    CommandPalette* m_palette;
    Leaving* m_leaving;
    QTimer m_refreshTimer{this};
};

} // namespace octet::desktop
