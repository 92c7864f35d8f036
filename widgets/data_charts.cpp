// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/data_charts.h"

#include "core/values/axis.h"
#include "widgets/mark_look.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::widgets {

namespace {

constexpr int lengthStep = 16; // data::paddedLength

QColor classColour(int index, const Theme& t)
{
    const QColor colours[] = {t.otherMarks, t.int8Tint, t.bf16Tint, t.fp32Tint};
    return colours[index % 4];
}

} // namespace

double paddingShare(const QVector<int>& lengths, int step, int maxLength)
{
    double real = 0, computed = 0;
    for (const int length : lengths) {
        const int used = std::min(length, maxLength);
        real += used;
        computed += std::min(maxLength, (used + step - 1) / step * step);
    }
    return computed > 0 ? 1 - real / computed : 0;
}

double paddingShareFixed(const QVector<int>& lengths, int length)
{
    double real = 0;
    for (const int one : lengths)
        real += std::min(one, length);
    return lengths.isEmpty() || length <= 0 ? 0 : 1 - real / (double(lengths.size()) * length);
}

int medianLength(QVector<int> lengths)
{
    if (lengths.isEmpty())
        return 0;
    const auto middle = lengths.begin() + lengths.size() / 2;
    std::nth_element(lengths.begin(), middle, lengths.end());
    return *middle;
}

CheckCards::CheckCards(QWidget* parent)
    : QWidget(parent)
{
    fitHeight();
    setAccessibleName(QStringLiteral("Checks"));
}

void CheckCards::setChecks(const QVector<DataPageContent::Check>& checks, bool checking)
{
    m_checks = checks;
    m_checking = checking;
    QStringList words;
    static const char* states[] = {"open", "good", "needs a decision", "wrong"};
    for (const auto& check : checks)
        words.append(QStringLiteral("%1: %2, %3")
                         .arg(check.title, QLatin1String(states[std::clamp(check.state, 0, 3)]), check.detail));
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    setToolTip(words.join(QLatin1Char('\n')));
    update();
}

void CheckCards::fitHeight()
{
    const int lines = QFontMetrics(strongFont(font())).height() + QFontMetrics(smallFont(font())).height();
    setFixedHeight(std::max(58, lines + 22));
}

void CheckCards::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fitHeight();
}

void CheckCards::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(t.line);
    painter.setBrush(t.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    if (m_checks.isEmpty()) {
        painter.setPen(t.secondary);
        painter.drawText(rect(), Qt::AlignCenter,
            m_checking ? QStringLiteral("Checking the data") : QStringLiteral("Nothing to check yet"));
        return;
    }
    const QFont strong = strongFont(font()), small = smallFont(font());
    const double width = double(this->width()) / double(m_checks.size());
    for (int i = 0; i < m_checks.size(); ++i) {
        const auto& check = m_checks[i];
        const QRectF card(i * width, 0, width, height());
        if (i > 0) {
            painter.setPen(t.line);
            painter.drawLine(QPointF(card.left(), 1), QPointF(card.left(), height() - 1));
        }
        const QRectF sign(card.left() + 14, card.center().y() - 9, 18, 18);
        const bool settled = !m_checking || check.state == 1;
        if (!settled || check.state == 0)
            paintMark(painter, MarkShape::Dotted, sign.center(), 14, t.secondary, t.panel);
        else if (check.state == 1)
            paintIcon(painter, QStringLiteral("check"), sign, t.meets);
        else
            paintIcon(painter, check.state == 2 ? QStringLiteral("warning") : QStringLiteral("cross"), sign,
                check.state == 2 ? t.tooClose : t.misses);
        const QRectF text = card.adjusted(44, 10, -8, -8);
        painter.setFont(strong);
        painter.setPen(t.text);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignTop,
            QFontMetrics(strong).elidedText(check.title, Qt::ElideRight, int(text.width())));
        painter.setFont(small);
        painter.setPen(t.secondary);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignBottom,
            QFontMetrics(small).elidedText(check.detail, Qt::ElideRight, int(text.width())));
    }
}

LabelBars::LabelBars(QWidget* parent)
    : QWidget(parent)
{
    setLeastTextHeight(this, 150, 3);
    setAccessibleName(QStringLiteral("Label counts"));
}

static QString withoutLabels(const DataPageContent::SplitCount& split)
{
    return QStringLiteral("%1 without labels").arg(grouped(split.unlabelled));
}

void LabelBars::setContent(
    const QVector<DataPageContent::SplitCount>& splits, const QStringList& names, const QString& note)
{
    m_splits = splits;
    m_names = names;
    m_note = note;
    QStringList words;
    for (const auto& split : splits) {
        QStringList counts;
        for (const long count : split.perLabel)
            counts.append(QString::number(count));
        words.append(split.name + QStringLiteral(": ")
            + (split.unlabelled > 0 ? withoutLabels(split) : counts.join(QStringLiteral(", "))));
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

void LabelBars::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont(font()));
    const QRectF area = QRectF(rect()).adjusted(14, 12, -16, -10);
    if (m_splits.isEmpty()) {
        painter.setPen(t.secondary);
        painter.drawText(area, Qt::AlignCenter, QStringLiteral("No labels read yet"));
        return;
    }
    qsizetype classes = 0;
    for (const auto& split : m_splits)
        classes = std::max(classes, split.perLabel.size());
    if (classes > 4)
        paintColumns(painter, area);
    else
        paintStacked(painter, area);
    const double free = area.bottom() - m_legendEnd;
    const QRectF note =
        painter.fontMetrics().boundingRect(QRect(0, 0, int(area.width()), 400), Qt::TextWordWrap, m_note);
    setToolTip(m_note);
    if (note.height() > free)
        return;
    painter.setPen(t.secondary);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap, m_note);
}

void LabelBars::paintStacked(QPainter& painter, const QRectF& area)
{
    const Theme& t = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    double nameWidth = 0;
    for (const auto& split : m_splits)
        nameWidth = std::max(nameWidth, metrics.horizontalAdvance(split.name));
    const double rowHeight = std::max(28.0, metrics.height() + 12);
    double y = area.top();
    qsizetype classes = 0;
    for (const auto& split : m_splits) {
        const long total = std::accumulate(split.perLabel.begin(), split.perLabel.end(), 0L);
        classes = std::max(classes, split.perLabel.size());
        painter.setPen(t.text);
        painter.drawText(
            QRectF(area.left(), y, nameWidth + 4, rowHeight), Qt::AlignLeft | Qt::AlignVCenter, split.name);
        double x = area.left() + nameWidth + 14;
        const double width = area.right() - x;
        if (total == 0 && split.unlabelled > 0) {
            painter.setPen(t.secondary);
            painter.drawText(QRectF(x, y, width, rowHeight), Qt::AlignLeft | Qt::AlignVCenter, withoutLabels(split));
        }
        for (int i = 0; i < split.perLabel.size() && total > 0; ++i) {
            const QRectF bar(x, y + 4, width * double(split.perLabel[i]) / double(total), rowHeight - 8);
            painter.setPen(i == 0 ? Qt::NoPen : QPen(t.border, 1));
            painter.setBrush(classColour(i, t));
            painter.drawRect(bar.adjusted(i == 0 ? 0 : 1.5, 0, 0, 0));
            painter.setPen(i == 0 ? t.panel : t.text);
            const QString count = grouped(split.perLabel[i]);
            if (metrics.horizontalAdvance(count) + 12 < bar.width())
                painter.drawText(bar.adjusted(8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, count);
            x += bar.width();
        }
        y += rowHeight + 2;
    }
    double x = area.left() + nameWidth + 14;
    y += 4;
    double legend = 0;
    for (int i = 0; i < classes; ++i)
        legend += 36 + metrics.horizontalAdvance(QString::number(i) + QLatin1Char(' ') + m_names.value(i));
    if (x + legend > area.right())
        x = area.left();
    for (int i = 0; i < classes; ++i) {
        const QString text =
            QString::number(i) + (m_names.value(i).isEmpty() ? QString() : QStringLiteral(" ") + m_names[i]);
        const double width = 18 + metrics.horizontalAdvance(text);
        if (x + width > area.right() && i > 0)
            x = area.left(), y += metrics.height() + 4;
        painter.setPen(i == 0 ? QPen(Qt::NoPen) : QPen(t.border, 1));
        painter.setBrush(classColour(i, t));
        painter.drawRect(QRectF(x + 0.5, y + metrics.height() / 2 - 4.5, 9, 9));
        painter.setPen(t.secondary);
        painter.drawText(QRectF(x + 15, y, width, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += width + 18;
    }
    m_legendEnd = y + metrics.height() + 4;
}

void LabelBars::paintColumns(QPainter& painter, const QRectF& area)
{
    const Theme& t = Theme::of(palette());
    const QFontMetricsF metrics(painter.font());
    const double noteHeight = m_note.isEmpty() ? 0 : metrics.height() * 2 + 4;
    const double rowHeight = (area.height() - noteHeight) / double(m_splits.size());
    double y = area.top();
    for (const auto& split : m_splits) {
        if (split.perLabel.isEmpty())
            continue;
        const auto [low, high] = std::minmax_element(split.perLabel.begin(), split.perLabel.end());
        const long total = std::accumulate(split.perLabel.begin(), split.perLabel.end(), 0L);
        painter.setPen(t.text);
        painter.drawText(QRectF(area.left(), y, area.width(), metrics.height()), Qt::AlignLeft, split.name);
        painter.setPen(t.secondary);
        painter.drawText(QRectF(area.left(), y, area.width(), metrics.height()), Qt::AlignRight,
            total == 0 && split.unlabelled > 0
                ? withoutLabels(split)
                : QStringLiteral("%1 in %2 classes, %3 to %4 each")
                      .arg(grouped(total), grouped(split.perLabel.size()), grouped(*low), grouped(*high)));
        const QRectF chart(
            area.left(), y + metrics.height() + 2, area.width(), std::max(6.0, rowHeight - metrics.height() - 10));
        const double step = chart.width() / double(split.perLabel.size());
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.otherMarks);
        for (int i = 0; i < split.perLabel.size() && *high > 0; ++i) {
            const double h = chart.height() * double(split.perLabel[i]) / double(*high);
            painter.drawRect(
                QRectF(chart.left() + i * step, chart.bottom() - h, std::max(0.5, step - (step > 4 ? 2 : 0)), h));
        }
        y += rowHeight;
    }
    m_legendEnd = y;
}

LengthHistogram::LengthHistogram(QWidget* parent)
    : QWidget(parent)
{
    setLeastTextHeight(this, 150, 3);
    setAccessibleName(QStringLiteral("Lengths"));
}

void LengthHistogram::setLengths(const QVector<int>& lengths)
{
    m_lengths = lengths;
    setAccessibleDescription(lengths.isEmpty() ? QStringLiteral("none")
                                               : QStringLiteral("%1 texts, median %2 tokens, longest %3")
                                                     .arg(lengths.size())
                                                     .arg(medianLength(lengths))
                                                     .arg(*std::max_element(lengths.begin(), lengths.end())));
    update();
}

void LengthHistogram::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    const QFontMetricsF metrics(painter.font());
    if (m_lengths.isEmpty()) {
        painter.setPen(t.secondary);
        painter.drawText(rect(), Qt::AlignCenter, QStringLiteral("No texts read yet"));
        return;
    }
    const int longest = std::max(1, *std::max_element(m_lengths.begin(), m_lengths.end()));
    int bin = 1;
    for (const int candidate : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048})
        if (longest / (bin = candidate) < 20)
            break;
    const int tick = bin * 4;
    const int end = (longest + tick) / tick * tick;
    std::vector<int> counts(std::size_t(end / bin), 0);
    for (const int length : m_lengths)
        ++counts[std::size_t(std::clamp(length, 0, end - 1) / bin)];
    const int highest = *std::max_element(counts.begin(), counts.end());

    const double left = metrics.horizontalAdvance(grouped(highest)) + 22;
    const QRectF area = QRectF(rect()).adjusted(left, 14, -20, -2 * metrics.height() - 18);
    const double top = highest * 1.08;
    const double step = niceStep(top, std::max(2, int(area.height() / 46)), true);
    for (double value = 0; value <= top; value += step) {
        const double y = std::round(area.bottom() - value / top * area.height());
        painter.setPen(value > 0 ? t.grid : t.border);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(t.secondary);
        painter.drawText(
            QRectF(0, y - 10, area.left() - 8, 20), Qt::AlignRight | Qt::AlignVCenter, grouped(long(value)));
    }
    painter.setPen(Qt::NoPen);
    const double width = area.width() / double(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double h = counts[i] / top * area.height();
        painter.fillRect(QRectF(area.left() + double(i) * width + 1, area.bottom() - h, std::max(1.0, width - 1.5), h),
            t.otherMarks);
    }
    painter.setPen(t.secondary);
    const int stride = std::max(1, int(std::ceil(60.0 / (tick * area.width() / end))));
    for (int at = 0; at <= end; at += tick * stride)
        painter.drawText(
            QRectF(area.left() + double(at) / end * area.width() - 30, area.bottom() + 3, 60, metrics.height()),
            Qt::AlignCenter, QString::number(at));
    painter.setPen(t.text);
    const QString said =
        QStringLiteral("Tokens per text, median %1, longest %2").arg(medianLength(m_lengths)).arg(longest);
    painter.drawText(QRectF(6, height() - metrics.height() - 8, this->width() - 12, metrics.height()), Qt::AlignCenter,
        metrics.elidedText(said, Qt::ElideRight, this->width() - 12));
    setToolTip(said);
}

PaddingBars::PaddingBars(QWidget* parent)
    : QWidget(parent)
{
    setLeastTextHeight(this, 150, 3);
    setAccessibleName(QStringLiteral("Padding"));
}

void PaddingBars::setLengths(const QVector<int>& lengths, int maxLength)
{
    m_bars.clear();
    if (!lengths.isEmpty() && maxLength > 0) {
        const int longest = *std::max_element(lengths.begin(), lengths.end());
        int power = 16;
        while (power < longest)
            power *= 2;
        m_bars.append({QStringLiteral("Real lengths, in steps of %1").arg(lengthStep),
            QStringLiteral("used for accuracy and latency"), paddingShare(lengths, lengthStep, maxLength)});
        if (power < maxLength)
            m_bars.append({QStringLiteral("All texts at %1").arg(power),
                QStringLiteral("what a fixed-length model would compute"), paddingShareFixed(lengths, power)});
        m_bars.append({QStringLiteral("All texts at %1").arg(maxLength), QStringLiteral("the longest that is read"),
            paddingShareFixed(lengths, maxLength)});
    }
    QStringList words;
    for (const Bar& bar : m_bars)
        words.append(QStringLiteral("%1: %2 %, %3").arg(bar.title).arg(qRound(bar.share * 100)).arg(bar.note));
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    setToolTip(words.join(QLatin1Char('\n')));
    update();
}

void PaddingBars::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    const QFont small = smallFont(font());
    const QFontMetricsF metrics(small);
    const QRectF area = QRectF(rect()).adjusted(14, 12, -14, -8);
    if (m_bars.isEmpty())
        return;
    const double block = std::min(64.0, area.height() / double(m_bars.size()));
    double y = area.top();
    for (const Bar& bar : m_bars) {
        const QRectF line(area.left(), y, area.width(), metrics.height());
        painter.setFont(small);
        painter.setPen(t.text);
        const QString share = QStringLiteral("%1 %").arg(qRound(bar.share * 100));
        const double room = line.width() - QFontMetricsF(strongFont(small)).horizontalAdvance(share) - 8;
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(bar.title, Qt::ElideRight, room));
        painter.setFont(strongFont(small));
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, share);
        const QRectF track(area.left(), line.bottom() + 3, area.width(), 7);
        painter.fillRect(track, t.line);
        painter.fillRect(QRectF(track.topLeft(), QSizeF(track.width() * bar.share, track.height())), t.otherMarks);
        if (block > metrics.height() * 2 + 12) {
            painter.setFont(small);
            painter.setPen(t.secondary);
            painter.drawText(QRectF(area.left(), track.bottom() + 2, area.width(), metrics.height()),
                Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(bar.note, Qt::ElideRight, area.width()));
        }
        y += block;
    }
}

} // namespace octet::widgets
