// SPDX-License-Identifier: GPL-3.0-or-later
// The one selection that every view follows, both ways.
#pragma once

#include <QObject>
#include <QStringList>

namespace octet::desktop {

class Selection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    const QStringList& nodes() const { return m_nodes; } // ONNX node names
    int trial() const { return m_trial; } // 0 = none
    int hoveredTrial() const { return m_hoveredTrial; }
    int comparedTrial() const { return m_comparedTrial; } // that the graph's differences refer to without hovering
    /// Whether the graph shows what the selected trial ran, or what the draft plans.
    bool showsDraft() const { return m_showsDraft || m_trial == 0; }

public slots:
    void setNodes(const QStringList& nodes);
    void setTrial(int trial);
    void setHoveredTrial(int trial);
    void setComparedTrial(int trial);
    void setShowsDraft(bool draft);

signals:
    void nodesChanged();
    void trialChanged();
    void hoverChanged(); // or what is compared with
    void shownChanged(); // trial or draft on the graph

private:
    QStringList m_nodes;
    int m_trial = 0, m_hoveredTrial = 0, m_comparedTrial = 0;
    bool m_showsDraft = true;
};

} // namespace octet::desktop
