// SPDX-License-Identifier: GPL-3.0-or-later
// The draft as YAML, to be edited in place, beside another configuration; lines that are not in both are tinted.
#pragma once

#include "core/values/line_diff.h"
#include "widgets/yaml_editor.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace octet::widgets {

class Panel;
class Segmented;

struct YamlChoice
{
    int id = 0;
    QString text;
    bool operator==(const YamlChoice&) const = default;
};

class YamlView : public QWidget
{
    Q_OBJECT
public:
    explicit YamlView(QWidget* parent = nullptr);

    /// The draft's text; emits nothing. Problems are cleared.
    void setText(const QString& text);
    /// Nothing was typed that the draft does not say.
    bool settled() const { return m_settled && !m_pause.isActive(); }
    /// Empty = may be edited; else the reason, shown below the text.
    void setReadOnly(const QString& reason);
    void setOther(const QVector<YamlChoice>& choices, int id, const QString& text);
    /// What is wrong with the edited text. `settled`: the draft is what the text says.
    void setProblems(const QVector<TextProblem>& problems, bool settled);
    void setFormat(const QString& format); // "octet", "inc"
    YamlEditor* editor() { return m_editor; }
    YamlEditor* other() { return m_other; }
    int differingLines() const;

signals:
    /// After a pause in typing.
    void textEdited(const QString& text);
    void formatChosen(const QString& format);
    void otherChosen(int id);
    void revertRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeLeft();
    QWidget* makeRight();
    void edited();
    void compare();
    void walk(int step);
    int counterpart(int line, const YamlEditor* of) const;
    void scrollAlong(YamlEditor* led, YamlEditor* follower);
    void showState();

    YamlEditor *m_editor, *m_other;
    Panel *m_left = nullptr, *m_right = nullptr;
    Segmented* m_format;
    QComboBox* m_choice;
    QToolButton *m_previous, *m_next;
    QLabel* m_state;
    QPushButton *m_goTo, *m_revert;
    QTimer m_pause;
    QString m_text; // the last one that was set or told
    QString m_readOnly;
    QVector<YamlChoice> m_choices;
    QVector<TextProblem> m_problems;
    LineDiff m_diff; // a: draft, b: other
    bool m_settled = true, m_scrolling = false;
};

} // namespace octet::widgets
