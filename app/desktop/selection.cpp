// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/selection.h"

namespace octet::desktop {

void Selection::setNodes(const QStringList& nodes)
{
    if (nodes == m_nodes)
        return;
    m_nodes = nodes;
    emit nodesChanged();
}

void Selection::setTrial(int trial)
{
    const bool show = trial != 0 && m_showsDraft;
    if (trial == m_trial && !show)
        return;
    m_trial = trial;
    // Selecting a trial is asking what it ran.
    m_showsDraft = trial == 0;
    emit trialChanged();
    emit shownChanged();
}

void Selection::setHoveredTrial(int trial)
{
    if (trial == m_hoveredTrial)
        return;
    m_hoveredTrial = trial;
    emit hoverChanged();
}

void Selection::setComparedTrial(int trial)
{
    if (trial == m_comparedTrial)
        return;
    m_comparedTrial = trial;
    emit hoverChanged();
}

void Selection::setShowsDraft(bool draft)
{
    if (draft == m_showsDraft)
        return;
    m_showsDraft = draft;
    emit shownChanged();
}

} // namespace octet::desktop
