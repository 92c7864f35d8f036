// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/capability_page.h"

#include "app/desktop/document.h"
#include "app/desktop/words.h"
#include "app/desktop/worker_client.h"
#include "widgets/capability_view.h"
#include "widgets/main_part.h"

#include <QVBoxLayout>

namespace octet::desktop {

CapabilityPage::CapabilityPage(Document* document, WorkerClient* worker, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_worker(worker)
    , m_view(new widgets::CapabilityView)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    widgets::setMainPart(this, m_view);
    const auto follow = [this] { m_view->setWorkloadCap(words::q(m_document->workload().isa)); };
    connect(document, &Document::opened, this, follow);
    connect(document, &Document::workloadChanged, this, follow);
    connect(worker, &WorkerClient::capabilityFound, m_view, &widgets::CapabilityView::setCapability);
    connect(worker, &WorkerClient::capabilityFailed, this, [this](const QString& reason) {
        if (!m_view->hasCapability())
            m_view->setEmpty(tr("The worker does not say what its machine can run: %1").arg(reason), tr("Ask again"));
    });
    connect(m_view, &widgets::CapabilityView::actionRequested, this, &CapabilityPage::ask);
}

void CapabilityPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    // A job that is being timed is left alone when the answer is known.
    if (!m_view->hasCapability() || !m_worker->busy())
        ask();
}

void CapabilityPage::ask()
{
    if (!m_view->hasCapability())
        m_view->setEmpty(tr("Asking the worker..."), {});
    m_worker->askCapability();
}

} // namespace octet::desktop
