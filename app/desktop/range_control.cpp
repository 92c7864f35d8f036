// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/range_control.h"

#include "app/desktop/document.h"
#include "app/desktop/edit_commands.h"
#include "app/desktop/job_control.h"
#include "app/desktop/present_range.h"
#include "app/desktop/words.h"

#include <algorithm>

namespace octet::desktop {

using words::q;
using words::s;

RangeControl::RangeControl(Document* document, JobControl* jobs, widgets::RangeView* view)
    : QObject(view)
    , m_document(document)
    , m_jobs(jobs)
    , m_view(view)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &RangeControl::refresh);
    const auto later = [this] { m_timer.start(); };
    connect(document, &Document::opened, this, later);
    connect(document, &Document::draftChanged, this, later);
    connect(document, &Document::evidenceChanged, this, later);
    connect(document, &Document::editableChanged, this, later);
    connect(document->selection(), &Selection::nodesChanged, this, [this] {
        std::vector<std::string> values = valuesOfSelection(*m_document);
        values.resize(std::min(values.size(), JobObserver::mostWatched));
        m_jobs->watch(values);
        m_timer.start();
    });
    connect(jobs, &JobControl::partialEvidenceChanged, this, later);
    connect(view, &widgets::RangeView::valueChosen, this, [this](const QString& value) {
        m_wanted = s(value);
        refresh();
    });
    connect(view, &widgets::RangeView::rangeEdited, this, &RangeControl::setRange);
    connect(view, &widgets::RangeView::ownRangeRequested, this, &RangeControl::takeHandOff);
}

void RangeControl::refresh()
{
    m_timer.stop();
    m_view->setContent(presentRange(*m_document, m_jobs->partialEvidence(), m_wanted));
}

void RangeControl::setRange(const QString& value, double min, double max)
{
    const Interval range{min, max};
    const auto& known = m_document->draft().manualRanges;
    if (const auto it = known.find(s(value)); !m_document->editable() || (it != known.end() && it->second == range))
        return;
    m_document->undoStack()->push(new SetDraft(m_document, withManualRange(m_document->draft(), s(value), range),
        tr("Range of %1: %2 to %3").arg(value.section(QLatin1Char('/'), -2)).arg(min, 0, 'g', 4).arg(max, 0, 'g', 4),
        false));
}

void RangeControl::takeHandOff(const QString& value)
{
    if (m_document->editable() && m_document->draft().manualRanges.contains(s(value)))
        m_document->undoStack()->push(
            new SetDraft(m_document, withManualRange(m_document->draft(), s(value), std::nullopt),
                tr("Range of %1 as calibrated").arg(value.section(QLatin1Char('/'), -2)), false));
    else
        refresh(); // the choice that was clicked shows what is in force
}

} // namespace octet::desktop
