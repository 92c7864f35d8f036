// SPDX-License-Identifier: GPL-3.0-or-later
// The Profile page: the view of it, wired to the document and the one selection.
#pragma once

#include <QTimer>
#include <QWidget>

namespace octet::widgets {
class ProfileView;
}

namespace octet::desktop {

class Document;

class ProfilePage : public QWidget
{
    Q_OBJECT
public:
    explicit ProfilePage(Document* document, QWidget* parent = nullptr);
    widgets::ProfileView* view() { return m_view; }

signals:
    void showInGraphRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    Document* m_document;
    widgets::ProfileView* m_view;
    QTimer m_timer{this}; // several signals of one change make one refresh, and none while the page is hidden
};

} // namespace octet::desktop
