// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/what_if_control.h"

#include "app/desktop/document.h"
#include "app/desktop/marking.h"
#include "widgets/background.h"

namespace octet::desktop {

namespace {

constexpr int unasked = 3, asked = 8; // lines: of the ops that matter most, of those that were pointed at

} // namespace

WhatIfControl::WhatIfControl(Document* document, QObject* parent)
    : QObject(parent)
    , m_document(document)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(30);
    connect(&m_timer, &QTimer::timeout, this, &WhatIfControl::ask);
    const auto later = [this] { m_timer.start(); };
    // These lines would start where the draft was.
    const auto stale = [this] {
        set({});
        m_timer.start();
    };
    connect(document, &Document::opened, this, stale);
    connect(document, &Document::draftChanged, this, stale);
    connect(document, &Document::trialsChanged, this, later);
    connect(document, &Document::predictorChanged, this, later);
    connect(document, &Document::goalChanged, this, later);
    connect(document, &Document::workloadChanged, this, stale);
    connect(document->selection(), &Selection::nodesChanged, this, later);
}

WhatIfControl::~WhatIfControl()
{
    if (m_cancelled)
        *m_cancelled = true;
}

void WhatIfControl::setHovered(const QStringList& nodes)
{
    if (nodes == m_hovered)
        return;
    m_hovered = nodes;
    if (m_document->selection()->nodes().isEmpty())
        m_timer.start();
}

void WhatIfControl::set(WhatIfAnswer answer)
{
    if (m_answer.changes.empty() && answer.changes.empty())
        return;
    m_answer = std::move(answer);
    emit changed();
}

void WhatIfControl::ask()
{
    if (m_cancelled)
        *m_cancelled = true;
    const QStringList& selected = m_document->selection()->nodes();
    QStringList nodes = selected.isEmpty() ? m_hovered : selected;
    // A selection without products says nothing about which op is meant.
    if (marking::products(m_document->resolution(), nodes).empty())
        nodes.clear();
    auto question = whatIfQuestion(*m_document, nodes);
    if (!question) {
        set({});
        return;
    }
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    widgets::background::run(
        this,
        [question = std::move(*question), cancelled = m_cancelled] {
            return whatIf(question, question.nodes.isEmpty() ? unasked : asked, [&] { return cancelled->load(); });
        },
        [this, cancelled = m_cancelled](const WhatIfAnswer& answer) {
            if (!*cancelled)
                set(answer);
        });
}

void WhatIfControl::apply(int line)
{
    if (line < 0 || std::size_t(line) >= m_answer.changes.size())
        return;
    const WhatIfChange change = m_answer.changes[std::size_t(line)];
    marking::apply(m_document, marking::mark(*m_document, change.nodes, change.precision));
}

} // namespace octet::desktop
