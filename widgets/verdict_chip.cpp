// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/verdict_chip.h"

#include "widgets/mark_look.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>

namespace octet::widgets {

namespace {

struct Look
{
    QString icon;
    QColor text, tint;
};

Look lookOf(const QString& verdict, const Theme& t)
{
    if (verdict == QLatin1String("meets"))
        return {QStringLiteral("check"), t.meets, t.meetsTint};
    if (verdict == QLatin1String("misses"))
        return {QStringLiteral("cross"), t.misses, t.missesTint};
    if (verdict.startsWith(QLatin1String("not allowed")))
        return {QStringLiteral("lock"), t.misses, t.missesTint};
    return {QStringLiteral("approx"), t.tooClose, t.tooCloseTint};
}

/// px: of the icon, and around it and the words.
struct Measure
{
    explicit Measure(const QFont& font)
        : metrics(strongFont(font))
        , icon(std::max(14, metrics.ascent()))
        , gap(std::max(5, metrics.height() / 4))
    {
    }
    int width(const QString& words) const { return icon + 3 * gap + metrics.horizontalAdvance(words); }
    QFontMetrics metrics;
    int icon, gap;
};

} // namespace

QString verdictWord(const QString& verdict)
{
    return verdict == QLatin1String("too close to call") ? QStringLiteral("Too close")
        : verdict.startsWith(QLatin1String("not allowed")) ? QStringLiteral("Not allowed")
                                                           : capitalised(verdict);
}

void paintVerdictChip(QPainter& painter, const QRectF& cell, const QString& words, const QString& verdict, const QFont& font,
    const Theme& theme)
{
    const Look look = lookOf(verdict, theme);
    const Measure measure(font);
    const QRectF chip(cell.left(), cell.top(), std::min<double>(measure.width(words), cell.width()), cell.height());
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.tint);
    painter.drawRoundedRect(chip, 3, 3);
    paintIcon(painter, look.icon,
        QRectF(chip.left() + measure.gap, chip.center().y() - measure.icon / 2.0, measure.icon, measure.icon), look.text);
    painter.setPen(look.text);
    painter.setFont(strongFont(font));
    painter.drawText(chip.adjusted(measure.icon + 1.6 * measure.gap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, words);
}

VerdictChip::VerdictChip(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    hide();
}

void VerdictChip::setVerdict(const QString& verdict, const QString& words)
{
    m_verdict = verdict;
    m_words = words.isEmpty() ? verdictWord(verdict) : words;
    setVisible(!verdict.isEmpty());
    setAccessibleName(m_words);
    setToolTip(verdict.compare(m_words, Qt::CaseInsensitive) == 0 ? QString() : capitalised(verdict));
    updateGeometry();
    update();
}

QSize VerdictChip::sizeHint() const
{
    const Measure measure(font());
    return {measure.width(m_words), measure.metrics.height() + measure.gap};
}

void VerdictChip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintVerdictChip(painter, rect(), m_words, m_verdict, font(), Theme::of(palette()));
}

void VerdictChip::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

} // namespace octet::widgets
