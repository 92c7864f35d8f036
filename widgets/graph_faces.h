// SPDX-License-Identifier: GPL-3.0-or-later
// The words on each box and the room they need, at zoom 1. The layout asks for sizes, the painter for the rest.
#pragma once

#include "widgets/graph_summary.h"
#include "widgets/precision_badge.h"

#include <QFont>
#include <QSizeF>

#include <memory>
#include <vector>

namespace octet::widgets {

struct BoxFace
{
    QString name;
    QString time; // "0.36 ms, 15 %", or "with query" for what ran in another box's group; empty = not measured
    QString reason; // "kept in fp32: 12 of 436 answers would change"
    Badge badge;
    qreal badgeWidth = 0; // of the chip
    qreal timeWidth = 0;
    qreal rowWidth = 0; // that name and badge need, margins included
    bool ownTime = false; // `time` is this box's, so that it has a bar
    QSizeF size; // of the closed box
};

/// Lengths at zoom 1, px.
namespace box_metrics {
constexpr qreal kStripe = 5, kLeft = 13, kRight = 8, kTop = 3, kGap = 8;
constexpr qreal kWide = 296, kMiddle = 196, kSmall = 148, kLeafWidth = 112;
constexpr qreal kWideRow = 200; // from here on the time stands right of the bar, below it the bar is under the time
constexpr qreal kTrack = 170, kBar = 3;
constexpr qreal kHeader = 28;
} // namespace box_metrics

class GraphFaces
{
public:
    void setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames);
    /// False: they are what they were.
    bool setOps(const OpViews& ops, double totalMs);
    void setFont(const QFont& font);

    const BoxFace& face(int box) const; // made at the first call
    int version(int box) const; // of face(); another number = the words may be others
    const BoxSummary& summary(int box) const { return m_summaries[std::size_t(box)]; }
    std::size_t boxCount() const { return m_summaries.size(); }
    bool isProduct(int node) const;
    QString groupOf(int node) const; // main node of the fused group that ran it; empty = unknown
    double topMs() const { return m_topMs; } // the longest top-level box, <= 0 = nothing measured
    /// Lowest and highest measured sensitivity of single ops; (0, 0) = nothing measured.
    QPair<double, double> sensitivityRange() const { return m_sensitivity; }
    QPair<double, double> ownErrorRange() const { return m_ownError; } // likewise

    QFont nameFont() const { return m_nameFont; }
    QFont smallFont() const { return m_smallFont; }
    QFont chipFont() const { return m_chipFont; }
    qreal nameHeight() const { return m_nameHeight; }
    qreal smallHeight() const { return m_smallHeight; }
    /// What a screen reader says of a box.
    QString spoken(int box) const;

private:
    BoxFace make(int box) const;
    QString timeText(int box) const;
    QSizeF sizeOf(const BoxFace& face, bool wide) const;

    std::shared_ptr<const graph::Structure> m_structure;
    QStringList m_nodeNames;
    OpViews m_ops;
    double m_totalMs = -1, m_topMs = -1;
    QPair<double, double> m_sensitivity, m_ownError;
    std::vector<BoxSummary> m_summaries;
    QFont m_nameFont, m_smallFont, m_chipFont;
    qreal m_nameHeight = 0, m_smallHeight = 0;
    mutable std::vector<std::unique_ptr<BoxFace>> m_faces;
    mutable std::vector<int> m_versions; // of each face
    mutable int m_lastVersion = 0;
};

} // namespace octet::widgets
