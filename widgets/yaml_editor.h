// SPDX-License-Identifier: GPL-3.0-or-later
// A YAML text with line numbers and colours; lines that differ are tinted, problems underlined where they are.
#pragma once

#include <QPlainTextEdit>
#include <QVector>

#include <vector>

namespace octet::widgets {

struct TextProblem
{
    int line = 0, column = 0; // from 1; 0 = unknown
    QString text; // one sentence
    bool error = true; // else a warning
    bool operator==(const TextProblem&) const = default;
};

class YamlEditor : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit YamlEditor(QWidget* parent = nullptr);

    /// Cursor and scroll position stay where they are as far as the new text allows. Emits textChanged.
    void replaceText(const QString& text);
    QStringList lines() const;
    /// From 0, ascending.
    void setDifferent(const std::vector<int>& lines);
    void setProblems(const QVector<TextProblem>& problems);
    void goTo(int line, int column); // from 1
    /// Undo and redo keys are the window's, not this text's own.
    void setUndoOfWindow(bool ofWindow) { m_undoOfWindow = ofWindow; }

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    friend class YamlMargin;
    void paintMargin(QPaintEvent* event);
    void placeMargin();
    void tint();
    void recolour();
    const TextProblem* problemAt(int line) const;

    QWidget* m_margin;
    class YamlHighlighter* m_highlighter;
    std::vector<int> m_different;
    QVector<TextProblem> m_problems;
    bool m_undoOfWindow = true;
};

} // namespace octet::widgets
