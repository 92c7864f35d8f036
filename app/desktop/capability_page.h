// SPDX-License-Identifier: GPL-3.0-or-later
// The Machine page: what the worker's machine can run, asked of the worker, which may be elsewhere.
#pragma once

#include <QWidget>

namespace octet::widgets {
class CapabilityView;
}

namespace octet::desktop {

class Document;
class WorkerClient;

class CapabilityPage : public QWidget
{
    Q_OBJECT
public:
    CapabilityPage(Document* document, WorkerClient* worker, QWidget* parent = nullptr);
    widgets::CapabilityView* view() { return m_view; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();

    Document* m_document;
    WorkerClient* m_worker;
    widgets::CapabilityView* m_view;
};

} // namespace octet::desktop
