// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/profile_page.h"

#include "app/desktop/document.h"
#include "app/desktop/present_profile.h"
#include "widgets/main_part.h"

#include <QVBoxLayout>

namespace octet::desktop {

ProfilePage::ProfilePage(Document* document, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_view(new widgets::ProfileView)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    widgets::setMainPart(this, m_view);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &ProfilePage::refresh);
    const auto later = [this] {
        if (isVisible())
            m_timer.start();
    };
    connect(document, &Document::opened, this, later);
    connect(document, &Document::trialsChanged, this, later);
    Selection* selection = document->selection();
    connect(selection, &Selection::trialChanged, this, later);
    connect(selection, &Selection::nodesChanged, this,
        [this] { m_view->setSelectedNodes(m_document->selection()->nodes()); });
    connect(m_view, &widgets::ProfileView::selectionChanged, selection, &Selection::setNodes);
    connect(m_view, &widgets::ProfileView::showInGraphRequested, this, &ProfilePage::showInGraphRequested);
}

void ProfilePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void ProfilePage::refresh()
{
    m_timer.stop();
    m_view->setContent(presentProfile(*m_document));
    m_view->setSelectedNodes(m_document->selection()->nodes());
}

} // namespace octet::desktop
