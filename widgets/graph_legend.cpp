// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph_legend.h"

#include "widgets/graph_painter.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>

namespace octet::widgets {

namespace {
constexpr qreal kLeft = 12, kTop = 8, kSwatch = 14, kGap = 16, kTextGap = 7;

QFont strong(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont small(QFont font)
{
    font.setPointSizeF(std::max(8.0, font.pointSizeF() - 1));
    return font;
}
} // namespace

GraphLegend::GraphLegend(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Legend of the graph"));
    describe();
}

void GraphLegend::setFill(GraphCanvas::Fill fill)
{
    m_fill = fill;
    describe();
}

void GraphLegend::setCounts(const PrecisionCounts& counts)
{
    m_counts = counts;
    describe();
}

void GraphLegend::setRange(double low, double high)
{
    m_low = low;
    m_high = high;
    describe();
}

void GraphLegend::setDifference(int differing, int compared, const QString& other)
{
    m_differing = differing;
    m_compared = compared;
    m_other = other;
    describe();
}

void GraphLegend::setMeasured(bool measured)
{
    m_measured = measured;
    update();
}

QString GraphLegend::headline() const
{
    switch (m_fill) {
    case GraphCanvas::Fill::Precision:
        return tr("%1 of %2 products int8").arg(m_counts.int8).arg(m_counts.int8 + m_counts.bf16 + m_counts.fp32);
    case GraphCanvas::Fill::Time:
        return tr("Time of each box");
    case GraphCanvas::Fill::Sensitivity:
        return tr("KL at the output if int8 alone");
    case GraphCanvas::Fill::OwnError:
        return tr("Own error in int8");
    case GraphCanvas::Fill::Difference:
        if (m_other.isEmpty())
            return tr("No trial to compare with");
        return tr("%1 of %2 products differ from %3").arg(m_differing).arg(m_compared).arg(m_other);
    }
    return {};
}

QString GraphLegend::aside() const
{
    switch (m_fill) {
    case GraphCanvas::Fill::Precision:
        return tr("%1 fp32, %2 bf16").arg(m_counts.fp32).arg(m_counts.bf16);
    case GraphCanvas::Fill::Time:
        return m_high > 0 ? tr("ms a run, fused groups whole") : tr("not measured yet");
    case GraphCanvas::Fill::Sensitivity:
        return m_high > 0 ? tr("lower is better") : tr("not measured yet");
    case GraphCanvas::Fill::OwnError:
        return m_high > 0 ? tr("share of the output's size, on fp32 inputs") : tr("not measured yet");
    case GraphCanvas::Fill::Difference:
        return m_other.isEmpty() ? tr("choose one above, or hover a mark") : tr("share of each box's products");
    }
    return {};
}

void GraphLegend::describe()
{
    setAccessibleDescription(headline() + QStringLiteral(", ") + aside());
    update();
}

QSize GraphLegend::sizeHint() const
{
    const qreal text = QFontMetricsF(font()).height() + QFontMetricsF(small(font())).height();
    return {340, qCeil(text + 2 * kTop + 4)};
}

QSize GraphLegend::minimumSizeHint() const
{
    return {200, sizeHint().height()};
}

void GraphLegend::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.panel);
    painter.fillRect(QRectF(0, 0, width(), 1), theme.line);

    const QFont bold = strong(font());
    const QFontMetricsF metrics(bold);
    painter.setFont(bold);
    painter.setPen(theme.text);
    const qreal baseline = kTop + metrics.ascent();
    painter.drawText(QPointF(kLeft, baseline), headline());
    painter.setFont(font());
    painter.setPen(theme.secondary);
    const qreal asideX = kLeft + metrics.horizontalAdvance(headline()) + 10;
    painter.drawText(QPointF(asideX, baseline),
        QFontMetricsF(font()).elidedText(aside(), Qt::ElideRight, std::max(0.0, width() - asideX - kLeft)));

    const qreal y = kTop + metrics.height() + 4;
    painter.setFont(small(font()));
    if (m_fill == GraphCanvas::Fill::Precision)
        paintSwatches(painter, y);
    else
        paintRamp(painter, y);
}

qreal GraphLegend::paintKeptOut(QPainter& painter, qreal x, qreal y) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    const QString text = tr("kept out of int8");
    if (x + 18 + kTextGap + metrics.horizontalAdvance(text) > width() - 2)
        return x;
    const qreal middle = y + metrics.height() / 2;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.fp32, 2.5));
    painter.drawRoundedRect(QRectF(x + 1.25, middle - 5.5, 15.5, 11), 3, 3);
    painter.setPen(theme.secondary);
    painter.drawText(QPointF(x + 18 + kTextGap, y + metrics.ascent()), text);
    return x + 18 + kTextGap + metrics.horizontalAdvance(text) + kGap;
}

void GraphLegend::paintSwatches(QPainter& painter, qreal y) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    const qreal middle = y + metrics.height() / 2;
    qreal x = kLeft;
    for (const auto& [precision, name] :
        {std::pair{Precision::Int8, "int8"}, std::pair{Precision::Bf16, "bf16"}, std::pair{Precision::Fp32, "fp32"}}) {
        const QRectF swatch(x, middle - kSwatch / 2, kSwatch, kSwatch);
        const QRectF stripe(x, swatch.top(), 6, kSwatch);
        painter.fillRect(swatch, precisionTint(theme, precision));
        if (precision == Precision::Bf16)
            paintHatch(painter, stripe, theme);
        else
            painter.fillRect(stripe, precisionColour(theme, precision));
        painter.setPen(theme.secondary);
        const QString text = QString::fromLatin1(name);
        painter.drawText(QPointF(swatch.right() + kTextGap, y + metrics.ascent()), text);
        x = swatch.right() + kTextGap + metrics.horizontalAdvance(text) + kGap;
    }
    x = paintKeptOut(painter, x, y);
    const QString time = tr("share of time");
    if (!m_measured || x + 18 + kTextGap + metrics.horizontalAdvance(time) > width() - 2)
        return;
    painter.fillRect(QRectF(x, middle - 1.5, 18, 3), theme.line);
    painter.fillRect(QRectF(x, middle - 1.5, 8, 3), theme.text);
    painter.setPen(theme.secondary);
    painter.drawText(QPointF(x + 18 + kTextGap, y + metrics.ascent()), time);
}

void GraphLegend::paintRamp(QPainter& painter, qreal y) const
{
    const Theme& theme = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    const auto& ramp = m_fill == GraphCanvas::Fill::Time ? theme.timeRamp : theme.sensitivityRamp;
    const qreal middle = y + metrics.height() / 2;
    const auto number = [this](double value) {
        if (m_fill == GraphCanvas::Fill::Difference)
            return tr("%1 %").arg(qRound(100 * value));
        return m_fill == GraphCanvas::Fill::Time ? formatMs(value) : QLocale().toString(value, 'g', 2);
    };
    qreal x = kLeft;
    const auto word = [&](const QString& text) {
        painter.setPen(theme.secondary);
        painter.drawText(QPointF(x, y + metrics.ascent()), text);
        x += metrics.horizontalAdvance(text) + 8;
    };
    if (m_high > 0)
        word(m_fill == GraphCanvas::Fill::Time ? QStringLiteral("0") : number(m_low));
    for (const QColor& step : ramp) {
        painter.fillRect(QRectF(x, middle - kSwatch / 2, 30, kSwatch), step);
        x += 30;
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(QRectF(x - 150 + 0.5, middle - kSwatch / 2 + 0.5, 149, kSwatch - 1));
    x += 8;
    if (m_high > 0)
        word(number(m_high));
    paintKeptOut(painter, x + 8, y);
}

void GraphLegend::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    update();
    QWidget::changeEvent(event);
}

} // namespace octet::widgets
