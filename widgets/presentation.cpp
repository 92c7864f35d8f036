// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/presentation.h"

#include "widgets/mark_look.h"
#include "widgets/presentation_chart.h"
#include "widgets/theme.h"
#include "widgets/verdict_chip.h"
#include "widgets/words.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr double usualWidth = 1600, usualHeight = 1000; // that the sizes below are for
constexpr double headlinePt = 30, textPt = 16, notePt = 12;

QIcon markIcon(const Mark& mark, const Theme& theme, int side, qreal ratio)
{
    QPixmap picture(int(side * ratio), int(side * ratio));
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    const MarkLook look = markLook(mark.kind, mark.role, theme);
    paintMark(painter, look.shape, QPointF(side / 2.0, side / 2.0), side - 3, look.colour, theme.panel);
    return picture;
}

QString verdictWords(const QString& verdict)
{
    return verdict == QLatin1String("meets") ? Presentation::tr("Meets the goal")
        : verdict == QLatin1String("misses") ? Presentation::tr("Misses the goal")
        : verdict.isEmpty()                  ? QString()
                                             : capitalised(verdict);
}

} // namespace

Presentation::Presentation(QWidget* parent)
    : QWidget(parent)
    , m_headline(new QLabel)
    , m_subtitle(new QLabel)
    , m_notes(new QLabel)
    , m_verdict(new VerdictChip)
    , m_chart(new PresentationChart)
    , m_stepRow(new QHBoxLayout)
{
    setObjectName(QStringLiteral("presentation"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_headline->setObjectName(QStringLiteral("headline"));
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_headline->setWordWrap(true);
    m_subtitle->setWordWrap(true);
    m_notes->setWordWrap(true);
    m_notes->setAlignment(Qt::AlignRight | Qt::AlignBottom);
    for (QLabel* label : {m_subtitle, m_notes})
        label->setForegroundRole(QPalette::PlaceholderText);
    auto* top = new QHBoxLayout;
    top->addWidget(m_headline, 1);
    top->addWidget(m_verdict, 0, Qt::AlignTop);
    auto* bottom = new QHBoxLayout;
    bottom->addLayout(m_stepRow);
    bottom->addWidget(m_notes, 1);
    auto* column = new QVBoxLayout(this);
    column->addLayout(top);
    column->addWidget(m_subtitle);
    column->addWidget(m_chart, 1);
    column->addLayout(bottom);
}

void Presentation::setContent(const PresentationContent& content)
{
    m_content = content;
    while (QLayoutItem* item = m_stepRow->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_buttons.clear();
    for (int i = 0; i < content.steps.size(); ++i) {
        if (i > 0)
            m_stepRow->addWidget(new QLabel(QStringLiteral("\u203a")));
        auto* button = new QPushButton(content.steps[i].name);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::NoFocus); // arrows step, Tab has nowhere else to go
        connect(button, &QPushButton::clicked, this, [this, i] { setStep(i); });
        m_stepRow->addWidget(button);
        m_buttons << button;
    }
    m_chart->setContent(content);
    fitType();
    setStep(int(content.steps.size()) - 1);
}

void Presentation::setStep(int step)
{
    const int count = int(m_content.steps.size());
    m_step = count > 0 ? (step % count + count) % count : 0;
    showStep();
}

void Presentation::showStep()
{
    if (m_content.steps.isEmpty())
        return;
    const Theme& theme = Theme::of(palette());
    const PresentationContent::Step& shown = m_content.steps[m_step];
    m_headline->setText(shown.headline);
    m_subtitle->setText(m_content.subtitle);
    m_verdict->setVerdict(shown.verdict, verdictWords(shown.verdict));
    QStringList notes = m_content.notes;
    if (!shown.note.isEmpty())
        notes << shown.note;
    m_notes->setText(notes.join(QLatin1Char('\n')));
    for (int i = 0; i < m_buttons.size(); ++i) {
        m_buttons[i]->setChecked(i == m_step);
        m_buttons[i]->setIcon(markIcon(m_content.steps[i].mark, theme, m_buttons[i]->iconSize().width(), devicePixelRatioF()));
    }
    m_chart->setStep(m_step);
    setAccessibleName(shown.headline);
    setAccessibleDescription(shown.detail + QLatin1Char(' ') + m_verdict->text());
}

/// Type grows with the screen that it is shown on, not with the text size of the desk.
void Presentation::fitType()
{
    const double scale = std::clamp(std::min(width() / usualWidth, height() / usualHeight), 0.5, 3.0);
    const auto sized = [&](double points, bool strong) {
        QFont type = font();
        type.setPointSizeF(std::max(8.0, points * scale));
        return strong ? strongFont(type) : type;
    };
    m_headline->setFont(sized(headlinePt, true));
    m_subtitle->setFont(sized(textPt, false));
    m_verdict->setFont(sized(textPt, true));
    m_notes->setFont(sized(notePt, false));
    m_chart->setFont(sized(textPt, false));
    m_chart->setScale(scale);
    for (QPushButton* button : m_buttons) {
        button->setFont(sized(14, false));
        const int side = QFontMetrics(button->font()).ascent();
        button->setIconSize({side, side});
        button->setMinimumHeight(int(40 * scale));
    }
    layout()->setContentsMargins(int(64 * scale), int(36 * scale), int(64 * scale), int(32 * scale));
    layout()->setSpacing(int(10 * scale));
    m_stepRow->setSpacing(int(12 * scale));
}

void Presentation::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_Down:
    case Qt::Key_Space:
    case Qt::Key_PageDown:
        setStep(m_step + 1);
        break;
    case Qt::Key_Left:
    case Qt::Key_Up:
    case Qt::Key_Backspace:
    case Qt::Key_PageUp:
        setStep(m_step - 1);
        break;
    case Qt::Key_Home:
        setStep(0);
        break;
    case Qt::Key_End:
        setStep(-1);
        break;
    case Qt::Key_Escape:
    case Qt::Key_F11:
        close();
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void Presentation::mousePressEvent(QMouseEvent*)
{
    setStep(m_step + 1);
}

void Presentation::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitType();
    showStep();
}

void Presentation::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showStep();
}

} // namespace octet::widgets
