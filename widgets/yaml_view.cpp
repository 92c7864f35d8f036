// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/yaml_view.h"

#include "core/values/line_diff.h"
#include "widgets/label_colour.h"
#include "widgets/panel.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int pauseMs = 400; // typing that rests so long is meant

std::vector<std::string> linesOf(const YamlEditor* editor)
{
    std::vector<std::string> lines;
    for (const QString& line : editor->lines())
        lines.push_back(line.toStdString());
    return lines;
}

/// The first of each run of neighbours.
std::vector<int> firstsOfRuns(const std::vector<int>& lines)
{
    std::vector<int> firsts;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (i == 0 || lines[i] != lines[i - 1] + 1)
            firsts.push_back(lines[i]);
    return firsts;
}

QToolButton* arrowButton(const QString& name, const QString& text, const QKeySequence& key)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setText(text);
    button->setAccessibleName(text);
    button->setShortcut(key);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    button->setFixedHeight(24);
    return button;
}

} // namespace

YamlView::YamlView(QWidget* parent)
    : QWidget(parent)
    , m_editor(new YamlEditor)
    , m_other(new YamlEditor)
    , m_format(new Segmented)
    , m_choice(new QComboBox)
    , m_previous(arrowButton(QStringLiteral("previousDifference"), tr("Previous"), Qt::ALT | Qt::Key_Up))
    , m_next(arrowButton(QStringLiteral("nextDifference"), tr("Next"), Qt::ALT | Qt::Key_Down))
    , m_state(new QLabel)
    , m_goTo(new QPushButton(tr("Show")))
    , m_revert(new QPushButton(tr("Back to the draft")))
{
    auto* columns = new QSplitter;
    columns->setHandleWidth(4);
    columns->setChildrenCollapsible(false);
    columns->addWidget(makeLeft());
    columns->addWidget(makeRight());
    columns->setSizes({900, 700});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(columns);
    setFocusProxy(m_editor);

    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &YamlView::edited);
    connect(m_editor, &QPlainTextEdit::textChanged, this, [this] {
        // Colouring a line is a change to Qt, too.
        const bool same = m_settled && m_editor->toPlainText() == m_text;
        m_editor->setUndoOfWindow(same);
        if (same)
            m_pause.stop();
        else
            m_pause.start();
    });
    connect(m_format, &Segmented::valueChanged, this, &YamlView::formatChosen);
    connect(m_choice, &QComboBox::activated, this, [this] { emit otherChosen(m_choice->currentData().toInt()); });
    connect(m_previous, &QToolButton::clicked, this, [this] { walk(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { walk(1); });
    connect(m_revert, &QPushButton::clicked, this, &YamlView::revertRequested);
    connect(m_goTo, &QPushButton::clicked, this, [this] {
        if (m_problems.isEmpty())
            return;
        m_editor->goTo(m_problems.front().line, m_problems.front().column);
        m_editor->setFocus();
    });
    showState();
}

QWidget* YamlView::makeLeft()
{
    m_left = new Panel(tr("Draft as YAML"));
    m_editor->setObjectName(QStringLiteral("draftYaml"));
    m_editor->setAccessibleName(tr("The draft as YAML"));
    m_format->setObjectName(QStringLiteral("yamlFormat"));
    m_format->setAccessibleName(tr("Kind of YAML"));
    m_format->setOptions({{tr("Octet"), QStringLiteral("octet"), tr("All that a config can say")},
        {tr("Neural Compressor"), QStringLiteral("inc"), tr("What Intel Neural Compressor 1.x can say of it")}});
    m_format->setValue(QStringLiteral("octet"));
    m_left->header()->addWidget(m_format);
    m_state->setObjectName(QStringLiteral("yamlState"));
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_goTo->setObjectName(QStringLiteral("showProblem"));
    m_goTo->setToolTip(tr("Puts the cursor where the problem is"));
    m_revert->setObjectName(QStringLiteral("revert"));
    m_revert->setToolTip(tr("Drops what was typed and shows the draft again"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 5, 6, 5);
    row->setSpacing(8);
    row->addWidget(m_state, 1);
    for (QPushButton* button : {m_goTo, m_revert}) {
        button->setFixedHeight(26);
        row->addWidget(button);
    }
    m_left->body()->addWidget(m_editor, 1);
    m_left->body()->addLayout(row);
    return m_left;
}

QWidget* YamlView::makeRight()
{
    m_right = new Panel(tr("Beside it"));
    m_other->setObjectName(QStringLiteral("otherYaml"));
    m_other->setAccessibleName(tr("What the draft is compared with"));
    m_other->setReadOnly(true);
    m_other->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_choice->setObjectName(QStringLiteral("yamlOther"));
    m_choice->setAccessibleName(tr("Compare the draft with"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choice->setMinimumContentsLength(24);
    m_right->header()->addWidget(m_choice, 2);
    m_right->header()->addWidget(m_previous);
    m_right->header()->addWidget(m_next);
    m_right->body()->addWidget(m_other, 1);
    return m_right;
}

void YamlView::setText(const QString& text)
{
    m_pause.stop();
    m_text = text;
    m_settled = true;
    m_problems.clear();
    m_editor->setProblems({});
    m_editor->replaceText(text);
    m_editor->setUndoOfWindow(true);
    compare();
    showState();
}

void YamlView::setReadOnly(const QString& reason)
{
    m_readOnly = reason;
    m_editor->setReadOnly(!reason.isEmpty());
    if (!reason.isEmpty())
        m_editor->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    showState();
}

void YamlView::setOther(const QVector<YamlChoice>& choices, int id, const QString& text)
{
    if (choices != m_choices) {
        m_choices = choices;
        m_choice->clear();
        for (const YamlChoice& choice : choices)
            m_choice->addItem(choice.text, choice.id);
    }
    m_choice->setCurrentIndex(m_choice->findData(id));
    m_choice->setToolTip(m_choice->currentText());
    if (m_other->toPlainText() != text)
        m_other->replaceText(text);
    compare();
}

void YamlView::setProblems(const QVector<TextProblem>& problems, bool settled)
{
    m_problems = problems;
    m_settled = settled;
    m_editor->setProblems(problems);
    m_editor->setUndoOfWindow(settled);
    showState();
}

void YamlView::setFormat(const QString& format)
{
    m_format->setValue(format);
}

void YamlView::edited()
{
    const QString text = m_editor->toPlainText();
    if (text == m_text && m_settled)
        return;
    m_text = text;
    m_settled = false;
    compare();
    emit textEdited(text);
}

void YamlView::compare()
{
    const LineDiff diff = lineDiff(linesOf(m_editor), linesOf(m_other));
    m_editor->setDifferent(diff.a);
    m_other->setDifferent(diff.b);
    m_differing = int(std::max(diff.a.size(), diff.b.size()));
    m_differences = firstsOfRuns(diff.a.empty() ? diff.b : diff.a);
    m_previous->setEnabled(!m_differences.empty());
    m_next->setEnabled(!m_differences.empty());
    m_right->setNote(m_differing == 0 ? tr("the same") : m_differing == 1 ? tr("1 line differs")
                                                                          : tr("%1 lines differ").arg(m_differing));
}

void YamlView::walk(int step)
{
    if (m_differences.empty())
        return;
    const LineDiff diff = lineDiff(linesOf(m_editor), linesOf(m_other));
    YamlEditor* led = diff.a.empty() ? m_other : m_editor;
    YamlEditor* follower = led == m_editor ? m_other : m_editor;
    const int line = led->textCursor().blockNumber();
    auto next = step > 0 ? std::upper_bound(m_differences.begin(), m_differences.end(), line)
                         : std::lower_bound(m_differences.begin(), m_differences.end(), line);
    if (step > 0 && next == m_differences.end())
        next = m_differences.begin();
    else if (step < 0)
        next = next == m_differences.begin() ? m_differences.end() - 1 : next - 1;
    led->goTo(*next + 1, 1);
    // The follower's line: as many lines that both have stand above it.
    const std::vector<int>& own = led == m_editor ? diff.a : diff.b;
    const std::vector<int>& others = led == m_editor ? diff.b : diff.a;
    int place = *next - int(std::lower_bound(own.begin(), own.end(), *next) - own.begin());
    for (const int other : others)
        place += other < place ? 1 : 0;
    follower->goTo(place + 1, 1);
}

void YamlView::showState()
{
    const Theme& theme = Theme::of(palette());
    const bool wrong = !m_problems.isEmpty();
    const bool error = wrong && m_problems.front().error;
    QString text = !m_readOnly.isEmpty() ? m_readOnly
        : !wrong                         ? tr("The draft is what stands here. Edits become the draft as soon as they make sense.")
        : m_settled                      ? m_problems.front().text
                                         : tr("%1 The draft stays as it was.").arg(m_problems.front().text);
    if (wrong && m_problems.size() > 1)
        text += QLatin1Char(' ') + tr("(and %1 more)").arg(m_problems.size() - 1);
    m_state->setText(text);
    setTextColour(m_state, error ? theme.misses : wrong ? theme.tooClose : theme.secondary);
    m_goTo->setVisible(wrong && m_problems.front().line > 0);
    m_revert->setVisible(!m_settled);
}

void YamlView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showState();
}

} // namespace octet::widgets
