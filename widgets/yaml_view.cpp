// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/yaml_view.h"

#include "widgets/label_colour.h"
#include "widgets/main_part.h"
#include "widgets/panel.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
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
    setMainPart(this, m_editor);

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
    connect(m_editor->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { scrollAlong(m_editor, m_other); });
    connect(m_other->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { scrollAlong(m_other, m_editor); });
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

int YamlView::differingLines() const
{
    return int(std::max(m_diff.a.size(), m_diff.b.size()));
}

void YamlView::compare()
{
    m_diff = lineDiff(linesOf(m_editor), linesOf(m_other));
    m_editor->setDifferent(m_diff.a);
    m_other->setDifferent(m_diff.b);
    const int differing = differingLines();
    m_previous->setEnabled(differing > 0);
    m_next->setEnabled(differing > 0);
    m_right->setNote(differing == 0 ? tr("the same")
            : differing == 1        ? tr("1 line differs")
                                    : tr("%1 lines differ").arg(differing));
}

/// The line of the other text with as many lines above it that both have.
int YamlView::counterpart(int line, const YamlEditor* of) const
{
    const std::vector<int>& own = of == m_editor ? m_diff.a : m_diff.b;
    const std::vector<int>& others = of == m_editor ? m_diff.b : m_diff.a;
    int place = line - int(std::lower_bound(own.begin(), own.end(), line) - own.begin());
    // What both have stands behind what only the other has; a change stands beside its change.
    const bool common = !std::binary_search(own.begin(), own.end(), line);
    for (const int other : others)
        place += other < place || (common && other == place) ? 1 : 0;
    return place;
}

void YamlView::scrollAlong(YamlEditor* led, YamlEditor* follower)
{
    if (m_scrolling)
        return;
    m_scrolling = true;
    follower->verticalScrollBar()->setValue(counterpart(led->verticalScrollBar()->value(), led));
    m_scrolling = false;
}

void YamlView::walk(int step)
{
    YamlEditor* led = m_diff.a.empty() ? m_other : m_editor;
    const std::vector<int> firsts = firstsOfRuns(m_diff.a.empty() ? m_diff.b : m_diff.a);
    if (firsts.empty())
        return;
    const int line = led->textCursor().blockNumber();
    auto next = step > 0 ? std::upper_bound(firsts.begin(), firsts.end(), line)
                         : std::lower_bound(firsts.begin(), firsts.end(), line);
    if (step > 0 && next == firsts.end())
        next = firsts.begin();
    else if (step < 0)
        next = next == firsts.begin() ? firsts.end() - 1 : next - 1;
    led->goTo(*next + 1, 1);
    (led == m_editor ? m_other : m_editor)->goTo(counterpart(*next, led) + 1, 1);
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
