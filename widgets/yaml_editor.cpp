// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/yaml_editor.h"

#include "widgets/theme.h"
#include "widgets/words.h"
#include "widgets/yaml_highlighter.h"

#include <QFontDatabase>
#include <QHelpEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolTip>

#include <algorithm>

namespace octet::widgets {

class YamlMargin : public QWidget
{
public:
    explicit YamlMargin(YamlEditor* editor)
        : QWidget(editor)
        , m_editor(editor)
    {
    }

protected:
    void paintEvent(QPaintEvent* event) override { m_editor->paintMargin(event); }

private:
    YamlEditor* m_editor;
};

YamlEditor::YamlEditor(QWidget* parent)
    : QPlainTextEdit(parent)
    , m_margin(new YamlMargin(this))
    , m_highlighter(new YamlHighlighter(document(), Theme::of(palette())))
{
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPointSizeF(smallFont(font()).pointSizeF());
    setFont(mono);
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true); // YAML forbids tabs
    connect(this, &QPlainTextEdit::blockCountChanged, this, &YamlEditor::placeMargin);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy)
            m_margin->scroll(0, dy);
        else
            m_margin->update(0, rect.y(), m_margin->width(), rect.height());
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, m_margin, qOverload<>(&QWidget::update));
    placeMargin();
}

void YamlEditor::replaceText(const QString& text)
{
    const int line = textCursor().blockNumber(), column = textCursor().positionInBlock();
    const int scrolled = verticalScrollBar()->value();
    setPlainText(text);
    goTo(line + 1, column + 1);
    verticalScrollBar()->setValue(scrolled);
}

QStringList YamlEditor::lines() const
{
    return toPlainText().split(QLatin1Char('\n'));
}

void YamlEditor::goTo(int line, int column)
{
    const QTextBlock block = document()->findBlockByNumber(std::clamp(line, 1, blockCount()) - 1);
    QTextCursor cursor(block);
    cursor.setPosition(block.position() + std::clamp(column - 1, 0, block.length() - 1));
    setTextCursor(cursor);
    ensureCursorVisible();
}

void YamlEditor::setDifferent(const std::vector<int>& lines)
{
    if (lines == m_different)
        return;
    m_different = lines;
    tint();
}

void YamlEditor::setProblems(const QVector<TextProblem>& problems)
{
    if (problems == m_problems)
        return;
    m_problems = problems;
    tint();
}

const TextProblem* YamlEditor::problemAt(int line) const
{
    const auto it = std::find_if(
        m_problems.begin(), m_problems.end(), [line](const TextProblem& problem) { return problem.line == line; });
    return it == m_problems.end() ? nullptr : &*it;
}

void YamlEditor::tint()
{
    const Theme& theme = Theme::of(palette());
    QList<QTextEdit::ExtraSelection> selections;
    const auto wholeLine = [&](int line, const QColor& colour) {
        const QTextBlock block = document()->findBlockByNumber(line);
        if (!block.isValid())
            return; // typed away since it was compared
        QTextEdit::ExtraSelection selection;
        selection.cursor = QTextCursor(block);
        selection.format.setBackground(colour);
        selection.format.setProperty(QTextFormat::FullWidthSelection, true);
        selections << selection;
    };
    for (const int line : m_different)
        wholeLine(line, theme.tooCloseTint);
    for (const TextProblem& problem : m_problems) {
        const QTextBlock block = document()->findBlockByNumber(problem.line - 1);
        if (!block.isValid())
            continue;
        wholeLine(problem.line - 1, problem.error ? theme.missesTint : theme.tooCloseTint);
        QTextEdit::ExtraSelection selection;
        selection.cursor = QTextCursor(block);
        selection.cursor.setPosition(block.position() + std::clamp(problem.column - 1, 0, block.length() - 1));
        selection.cursor.movePosition(QTextCursor::EndOfWord, QTextCursor::KeepAnchor);
        if (!selection.cursor.hasSelection())
            selection.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        selection.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        selection.format.setUnderlineColor(problem.error ? theme.misses : theme.tooClose);
        selections << selection;
    }
    setExtraSelections(selections);
    m_margin->update();
}

void YamlEditor::placeMargin()
{
    const int digits = std::max(3, int(QString::number(blockCount()).size()));
    const int width = fontMetrics().horizontalAdvance(QLatin1Char('0')) * (digits + 2) + 12;
    setViewportMargins(width, 0, 0, 0);
    const QRect inside = contentsRect();
    m_margin->setGeometry(inside.left(), inside.top(), width, inside.height());
}

void YamlEditor::paintMargin(QPaintEvent* event)
{
    const Theme& theme = Theme::of(palette());
    QPainter painter(m_margin);
    painter.fillRect(event->rect(), theme.nestedBox);
    painter.setFont(font());
    const int height = fontMetrics().height();
    const int sign = fontMetrics().horizontalAdvance(QLatin1Char('0')) * 2;
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (place.top() > event->rect().bottom())
            break;
        const int line = block.blockNumber();
        const QRect row(0, int(place.top()), m_margin->width(), height);
        const TextProblem* problem = problemAt(line + 1);
        const bool differs = std::binary_search(m_different.begin(), m_different.end(), line);
        // A sign beside the tint: colour never stands alone.
        painter.setPen(problem && problem->error ? theme.misses : theme.tooClose);
        if (problem || differs)
            painter.drawText(row.adjusted(4, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                problem ? QStringLiteral("!") : QStringLiteral("\u2260"));
        painter.setPen(line == textCursor().blockNumber() ? theme.text : theme.secondary);
        painter.drawText(
            row.adjusted(sign, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, QString::number(line + 1));
    }
    painter.setPen(theme.line);
    painter.drawLine(m_margin->width() - 1, event->rect().top(), m_margin->width() - 1, event->rect().bottom());
}

bool YamlEditor::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride && m_undoOfWindow) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return true;
        }
    }
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QPoint at = viewport()->mapFromGlobal(help->globalPos());
        const TextProblem* problem = problemAt(cursorForPosition(QPoint(0, at.y())).blockNumber() + 1);
        QToolTip::showText(help->globalPos(), problem ? problem->text : QString(), this);
        return true;
    }
    return QPlainTextEdit::event(event);
}

void YamlEditor::keyPressEvent(QKeyEvent* event)
{
    // Below a key the next line is as deep as the one above.
    if (!isReadOnly() && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        && event->modifiers() == Qt::NoModifier) {
        const QString line = textCursor().block().text().left(textCursor().positionInBlock());
        int indent = 0;
        while (indent < line.size() && line[indent] == QLatin1Char(' '))
            ++indent;
        if (line.trimmed().endsWith(QLatin1Char(':')))
            indent += 2;
        textCursor().insertText(QLatin1Char('\n') + QString(indent, QLatin1Char(' ')));
        ensureCursorVisible();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void YamlEditor::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    placeMargin();
}

void YamlEditor::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        recolour();
    else if (event->type() == QEvent::FontChange)
        placeMargin();
}

void YamlEditor::recolour()
{
    m_highlighter->setTheme(Theme::of(palette()));
    tint();
}

} // namespace octet::widgets
