// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/data_roles.h"

#include "widgets/mark_look.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QFileInfo>
#include <QPainter>

#include <algorithm>
#include <numeric>

namespace octet::widgets {

namespace {

QString fileOf(const DataSpec& spec, bool calibration)
{
    const std::string& text = calibration ? spec.calibFile : spec.testFile;
    if (spec.kind != DataKind::Arrays)
        return QFileInfo(QString::fromStdString(text)).fileName();
    const auto& inputs = calibration ? spec.calibInputs : spec.testInputs;
    if (inputs.empty())
        return {};
    const QString first = QFileInfo(QString::fromStdString(inputs.begin()->second)).fileName();
    return inputs.size() > 1 ? first + QStringLiteral(" + %1").arg(inputs.size() - 1) : first;
}

QString roleOf(const QString& name)
{
    if (name.startsWith(QLatin1String("Tuning")))
        return QStringLiteral("Tuning: the search reads it");
    if (name.startsWith(QLatin1String("Held")))
        return QStringLiteral("Held-out: only the verdict reads it");
    return name;
}

} // namespace

DataRoles::DataRoles(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(QStringLiteral("Files and roles"));
}

void DataRoles::setContent(const DataPageContent& content)
{
    m_lines.clear();
    m_note.clear();
    QString before;
    QStringList words;
    bool halved = false;
    for (const auto& split : content.splits) {
        const bool calibration = split.name.startsWith(QLatin1String("Calib"));
        halved = halved || split.name.startsWith(QLatin1String("Held"));
        const QString file = fileOf(content.spec, calibration);
        const long rows = split.rows();
        m_lines.append({file == before ? QString() : file, grouped(rows), roleOf(split.name)});
        words.append(QStringLiteral("%1, %2 rows, %3").arg(file, grouped(rows), roleOf(split.name)));
        before = file;
    }
    if (halved)
        m_note = QStringLiteral(
            "One test file, so it is cut in two halves by a hash of each sample: always the same halves.");
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    setFixedHeight(heightFor(width()));
    update();
}

int DataRoles::rowHeight() const
{
    return std::max(24, QFontMetrics(smallFont(font())).height() + 8);
}

int DataRoles::noteHeight(int width) const
{
    if (m_note.isEmpty())
        return 0;
    const QFontMetrics metrics(smallFont(font()));
    return metrics.boundingRect(QRect(0, 0, std::max(60, width - 22), 400), Qt::TextWordWrap, m_note).height() + 10;
}

QSize DataRoles::sizeHint() const
{
    return {260, heightFor(width())};
}

int DataRoles::heightFor(int width) const
{
    return rowHeight() * (1 + std::max(1, int(m_lines.size()))) + noteHeight(width);
}

void DataRoles::resizeEvent(QResizeEvent*)
{
    // A form layout does not ask for the height of a width.
    setFixedHeight(heightFor(width()));
}

void DataRoles::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    const QFontMetrics metrics(painter.font());
    const int height = rowHeight();
    int fileWidth = metrics.horizontalAdvance(QStringLiteral("calib.tsv000"));
    for (const Line& line : m_lines)
        fileWidth = std::max(fileWidth, metrics.horizontalAdvance(line.file) + 12);
    fileWidth = std::min(fileWidth, width() * 38 / 100);
    const int rowsWidth = metrics.horizontalAdvance(QStringLiteral("100,000"));
    const auto row = [&](int y, const Line& line, const QColor& colour) {
        const auto cell = [&](int left, int cellWidth, int alignment, const QString& text) {
            painter.drawText(QRect(left, y, cellWidth, height), alignment | Qt::AlignVCenter,
                metrics.elidedText(text, Qt::ElideMiddle, cellWidth));
        };
        painter.setPen(colour);
        cell(8, fileWidth - 8, Qt::AlignLeft, line.file);
        cell(fileWidth, rowsWidth, Qt::AlignRight, line.rows);
        cell(fileWidth + rowsWidth + 14, width() - fileWidth - rowsWidth - 16, Qt::AlignLeft, line.role);
        painter.setPen(t.line);
        painter.drawLine(0, y + height - 1, width(), y + height - 1);
    };
    painter.fillRect(QRect(0, 0, width(), height), t.header);
    row(0, {QStringLiteral("File"), QStringLiteral("Rows"), QStringLiteral("Role")}, t.secondary);
    int y = height;
    if (m_lines.isEmpty()) {
        painter.setPen(t.secondary);
        painter.drawText(
            QRect(8, y, width() - 8, height), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("Nothing read yet"));
        y += height;
    }
    for (const Line& line : m_lines)
        row(y, line, t.text), y += height;
    if (!m_note.isEmpty()) {
        paintIcon(painter, QStringLiteral("info"), QRectF(0, y + 9, 16, 16), t.secondary);
        painter.setPen(t.secondary);
        painter.drawText(QRect(22, y + 8, width() - 22, noteHeight(width())), Qt::AlignLeft | Qt::TextWordWrap, m_note);
    }
}

} // namespace octet::widgets
