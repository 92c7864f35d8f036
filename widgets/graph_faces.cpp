// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_faces.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace octet::widgets {

using namespace box_metrics;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("octet::widgets::GraphCanvas", text);
}

QString precisionWord(Precision precision)
{
    return QString::fromLatin1(precision == Precision::Int8 ? "int8" : precision == Precision::Bf16 ? "bf16" : "fp32");
}

QPair<double, double> rangeOf(const OpViews& ops, double OpView::* quantity)
{
    double low = 0, high = 0;
    for (const OpView& view : ops) {
        if (view.*quantity <= 0)
            continue;
        low = low > 0 ? std::min(low, view.*quantity) : view.*quantity;
        high = std::max(high, view.*quantity);
    }
    return {low, high};
}

} // namespace

void GraphFaces::setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames)
{
    m_structure = std::move(structure);
    m_nodeNames = nodeNames;
    m_summaries.clear();
    m_faces.clear();
    setOps({}, -1);
}

bool GraphFaces::setOps(const OpViews& ops, double totalMs)
{
    const bool sized = m_structure && m_summaries.size() == m_structure->boxes.size();
    if (sized && ops == m_ops && totalMs == m_totalMs)
        return false;
    const bool sameTotal = totalMs == m_totalMs;
    m_ops = ops;
    m_totalMs = totalMs;
    m_topMs = -1;
    m_sensitivity = rangeOf(ops, &OpView::sensitivity);
    m_ownError = rangeOf(ops, &OpView::ownError);
    if (!m_structure || m_structure->boxes.empty()) {
        m_summaries.clear();
        m_faces.clear();
        return true;
    }
    const std::vector<BoxSummary> before =
        std::exchange(m_summaries, summarise(*m_structure, m_nodeNames, ops));
    m_faces.resize(m_structure->boxes.size());
    m_versions.resize(m_faces.size());
    for (std::size_t box = 0; box < m_faces.size(); ++box) // to measure words takes time, and few boxes change
        if (!sized || !sameTotal || !(before[box] == m_summaries[box]))
            m_faces[box].reset();
    for (const int child : m_structure->boxes[0].children)
        m_topMs = std::max(m_topMs, m_summaries[std::size_t(child)].ms);
    return true;
}

void GraphFaces::setFont(const QFont& font)
{
    m_nameFont = font;
    m_nameFont.setWeight(QFont::DemiBold);
    m_smallFont = font;
    m_smallFont.setPointSizeF(std::max(7.5, font.pointSizeF() - 1));
    m_chipFont = badgeFont(font);
    m_nameHeight = std::ceil(QFontMetricsF(m_nameFont).height());
    m_smallHeight = std::ceil(QFontMetricsF(m_smallFont).height());
    for (auto& face : m_faces)
        face.reset();
}

bool GraphFaces::isProduct(int node) const
{
    if (node < 0 || node >= m_nodeNames.size())
        return false;
    const auto it = m_ops.constFind(m_nodeNames[node]);
    return it != m_ops.constEnd() && it->product;
}

QString GraphFaces::groupOf(int node) const
{
    if (node < 0 || node >= m_nodeNames.size())
        return {};
    const auto it = m_ops.constFind(m_nodeNames[node]);
    return it != m_ops.constEnd() ? it->group : QString();
}

const BoxFace& GraphFaces::face(int box) const
{
    auto& slot = m_faces[std::size_t(box)];
    if (!slot) {
        slot = std::make_unique<BoxFace>(make(box));
        m_versions[std::size_t(box)] = ++m_lastVersion;
    }
    return *slot;
}

int GraphFaces::version(int box) const
{
    face(box);
    return m_versions[std::size_t(box)];
}

QString GraphFaces::timeText(int box) const
{
    const BoxSummary& summary = m_summaries[std::size_t(box)];
    if (summary.ms >= 0) {
        const bool top = m_structure->boxes[std::size_t(box)].parent == 0;
        if (!top || m_totalMs <= 0 || summary.ms < 0.05 * m_totalMs)
            return formatMs(summary.ms);
        return tr("%1, %2 %").arg(formatMs(summary.ms)).arg(qRound(100 * summary.ms / m_totalMs));
    }
    const int node = summary.executedWith;
    if (node < 0 || std::size_t(node) >= m_structure->leafOfNode.size())
        return {};
    const int leaf = m_structure->leafOfNode[std::size_t(node)];
    if (leaf < 0)
        return {};
    // A node's own title is mostly its op type; the scope around it is what people know it by.
    const graph::Box& owner = m_structure->boxes[std::size_t(leaf)];
    const graph::Box& shown = owner.parent > 0 ? m_structure->boxes[std::size_t(owner.parent)] : owner;
    return tr("with %1").arg(QString::fromStdString(shown.title));
}

BoxFace GraphFaces::make(int box) const
{
    const graph::Box& source = m_structure->boxes[std::size_t(box)];
    const BoxSummary& summary = m_summaries[std::size_t(box)];
    const bool top = source.parent == 0;
    BoxFace face;
    face.name = QString::fromStdString(source.title.empty() ? source.name : source.title);
    face.badge = badge(summary, top && !source.children.empty());
    if (!face.badge.isEmpty())
        face.badgeWidth = std::ceil(badgeTextWidth(face.badge, m_chipFont)) + 2 * kBadgePadding;
    face.rowWidth = kLeft + QFontMetricsF(m_nameFont).horizontalAdvance(face.name)
        + (face.badge.isEmpty() ? 0 : kGap + face.badgeWidth) + kRight;
    face.time = timeText(box);
    face.ownTime = summary.ms >= 0;
    face.timeWidth = QFontMetricsF(m_smallFont).horizontalAdvance(face.time);
    if (!summary.reason.isEmpty())
        face.reason = tr("kept in %1: %2").arg(precisionWord(summary.majority()), summary.reason);
    face.size = sizeOf(face, top);
    return face;
}

QSizeF GraphFaces::sizeOf(const BoxFace& face, bool wide) const
{
    // A few widths only: boxes of one column then line up.
    const qreal needed = std::ceil(std::max(face.rowWidth, kLeft + face.timeWidth + kRight)) + 1;
    qreal width = kWide;
    if (!wide && face.reason.isEmpty())
        for (const qreal step : {kWide, kMiddle, kSmall, kLeafWidth})
            if (needed <= step)
                width = step;
    qreal height = 2 * kTop + std::max(m_nameHeight, 16.0);
    if (!face.time.isEmpty())
        height += m_smallHeight - 1 + (face.ownTime && width < kWideRow ? kBar : 0);
    if (!face.reason.isEmpty())
        height += m_smallHeight + 1;
    return {width, std::max(26.0, std::ceil(height))};
}

QString GraphFaces::spoken(int box) const
{
    const BoxFace& f = face(box);
    const BoxSummary& s = summary(box);
    // Of the boxes around it all but the outermost: "MatMul attention/output".
    QStringList around;
    for (int outer = m_structure->boxes[std::size_t(box)].parent; outer > 0;) {
        const graph::Box& frame = m_structure->boxes[std::size_t(outer)];
        outer = frame.parent;
        if (outer > 0)
            around.prepend(QString::fromStdString(frame.name));
    }
    QStringList parts{around.isEmpty() ? f.name : f.name + QLatin1Char(' ') + around.join(QLatin1Char('/'))};
    if (s.hasProducts()) {
        const PrecisionCounts& counts = s.shown();
        for (const auto& [count, precision] : {std::pair{counts.int8, Precision::Int8},
                 std::pair{counts.bf16, Precision::Bf16}, std::pair{counts.fp32, Precision::Fp32}})
            if (count > 0)
                parts << (s.products() == 1 ? precisionWord(precision)
                                            : QStringLiteral("%1 %2").arg(count).arg(precisionWord(precision)));
    }
    for (const QString& text : {f.time, f.reason})
        if (!text.isEmpty())
            parts << text;
    if (s.sensitivity >= 0)
        parts << tr("sensitivity %1").arg(QLocale().toString(s.sensitivity, 'g', 2));
    if (s.ownError >= 0)
        parts << tr("own error %1 of its output").arg(QLocale().toString(s.ownError, 'g', 2));
    if (s.differs)
        parts << (s.products() > 1
                ? tr("%1 of %2 products differ from the compared trial").arg(s.differing).arg(s.products())
                : tr("differs from the compared trial"));
    return parts.join(QStringLiteral(", "));
}

} // namespace octet::widgets
