// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/goal_line.h"

#include "widgets/elided.h"
#include "widgets/goal_popup.h"
#include "widgets/goal_words.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPointer>

namespace octet::widgets {

namespace {

/// A part of the sentence that can be changed: bold, with a dashed line below.
class PartButton : public QAbstractButton
{
public:
    PartButton(const QString& name, const QString& toolTip)
    {
        setObjectName(name);
        setToolTip(toolTip);
        setFocusPolicy(Qt::StrongFocus);
        setCursor(Qt::PointingHandCursor);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    }
    QSize sizeHint() const override
    {
        const QFontMetrics metrics(strongFont(font()));
        return {metrics.horizontalAdvance(text()) + 4, std::max(26, metrics.height() + 8)};
    }

protected:
    void keyPressEvent(QKeyEvent* event) override
    {
        if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
            click();
        else
            QAbstractButton::keyPressEvent(event);
    }
    void paintEvent(QPaintEvent*) override
    {
        const Theme& t = Theme::of(palette());
        QPainter painter(this);
        painter.setFont(strongFont(font()));
        if (isEnabled() && underMouse())
            painter.fillRect(rect().adjusted(0, 2, 0, -2), t.selectedRow);
        painter.setPen(t.text);
        painter.drawText(rect(), Qt::AlignCenter, text());
        if (isEnabled()) {
            QPen pen(t.border, 1, Qt::CustomDashLine);
            pen.setDashPattern({3, 2});
            painter.setPen(pen);
            const int y = height() / 2 + painter.fontMetrics().height() / 2 + 1;
            painter.drawLine(2, y, width() - 3, y);
        }
        if (hasFocus()) {
            painter.setPen(QPen(t.accent, 1.5));
            painter.setRenderHint(QPainter::Antialiasing);
            painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);
        }
    }
    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }
};

} // namespace

struct GoalLine::Impl
{
    explicit Impl(GoalLine* line)
        : q(line)
    {
    }
    void build();
    QLabel* addText(const QString& text);
    void apply();
    QString spendText() const
    {
        return goal.keepWeights ? QStringLiteral(" small with the weights as they are; spend ")
                                : QStringLiteral(" small; spend ");
    }
    void fit();
    void open(PartButton* anchor, GoalPopup* popup);

    GoalLine* q;
    Goal goal;
    long samples = 0, fp32Correct = -1;
    QString noun;
    LabelKind labels = LabelKind::Classes;
    QHBoxLayout* layout = nullptr;
    QLabel *caption = nullptr, *before = nullptr, *loss = nullptr, *make = nullptr, *spend = nullptr, *end = nullptr;
    QLabel* warning = nullptr;
    PartButton *drop = nullptr, *latency = nullptr, *budget = nullptr;
};

QLabel* GoalLine::Impl::addText(const QString& text)
{
    auto* label = new QLabel(text);
    label->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    layout->addWidget(label);
    return label;
}

void GoalLine::Impl::build()
{
    layout = new QHBoxLayout(q);
    layout->setContentsMargins(12, 2, 12, 2);
    layout->setSpacing(0);
    caption = addText(QStringLiteral("Goal"));
    caption->setForegroundRole(QPalette::PlaceholderText);
    caption->setContentsMargins(0, 0, 12, 0);
    before = addText(QStringLiteral("Lose at most "));
    drop = new PartButton(QStringLiteral("drop"), QStringLiteral("Change what may be lost, and how much"));
    layout->addWidget(drop);
    loss = addText({});
    make = addText(QStringLiteral("; make "));
    latency = new PartButton(QStringLiteral("latency"), QStringLiteral("Change what the search may do"));
    layout->addWidget(latency);
    spend = addText({});
    budget = new PartButton(QStringLiteral("budget"), QStringLiteral("Change how long the search may take"));
    layout->addWidget(budget);
    end = addText(QStringLiteral("."));
    warning = new ElidedLabel;
    layout->addWidget(warning);
    warning->setObjectName(QStringLiteral("goalWarning"));
    warning->setContentsMargins(12, 0, 0, 0);
    warning->hide();
    layout->addStretch();
    connect(drop, &QAbstractButton::clicked, q, [this] { open(drop, GoalPopup::forDrop(goal, labels, q)); });
    connect(latency, &QAbstractButton::clicked, q, [this] { open(latency, GoalPopup::forLatency(goal, q)); });
    connect(budget, &QAbstractButton::clicked, q, [this] { open(budget, GoalPopup::forBudget(goal, q)); });
}

void GoalLine::Impl::open(PartButton* anchor, GoalPopup* popup)
{
    connect(popup, &GoalPopup::committed, q, [this](const Goal& edited) {
        if (edited == goal)
            return;
        goal = edited;
        apply();
        emit q->goalEdited(edited);
    });
    const QPointer<PartButton> back = anchor;
    connect(popup, &QObject::destroyed, q, [back] {
        if (back && back->isVisible())
            back->setFocus();
    });
    popup->openBelow(anchor);
}

static QString of(const Goal& goal)
{
    return QStringLiteral(" of ") + metricWords(goal.metric);
}

void GoalLine::Impl::apply()
{
    QPalette colours = q->palette();
    colours.setColor(QPalette::WindowText, Theme::of(colours).tooClose);
    warning->setPalette(colours);
    drop->setText(dropWords(goal));
    latency->setText(objectiveWords(goal));
    budget->setText(timeWords(goal));
    drop->setAccessibleName(QStringLiteral("Lose at most %1").arg(drop->text()) + of(goal));
    latency->setAccessibleName(QStringLiteral("Make %1 small").arg(latency->text()));
    budget->setAccessibleName(QStringLiteral("Spend %1").arg(budget->text()));
    q->setAccessibleDescription(q->sentence());
    for (PartButton* part : {drop, latency, budget})
        part->updateGeometry();
    fit();
}

/// What is least needed goes first when the line is narrow; the tool tip keeps the whole sentence.
void GoalLine::Impl::fit()
{
    const QString counts = lossWords(goal, samples, fp32Correct, noun);
    loss->setText(of(goal) + counts);
    for (QLabel* label : {make, caption, before})
        label->show();
    latency->show();
    spend->setText(spendText());
    layout->invalidate();
    const auto tooWide = [this] { return layout->minimumSize().width() > q->width(); };
    if (tooWide())
        caption->hide(), layout->invalidate();
    if (tooWide())
        loss->setText(of(goal)), layout->invalidate();
    if (tooWide())
        loss->setText({}), layout->invalidate();
    if (tooWide()) {
        make->hide();
        latency->hide();
        spend->setText(QStringLiteral("; spend "));
        layout->invalidate();
    }
    if (tooWide())
        before->hide();
    q->setToolTip(q->sentence());
}

GoalLine::GoalLine(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    setAccessibleName(QStringLiteral("Goal"));
    setMinimumHeight(32);
    setMinimumWidth(200);
    m_impl->build();
    m_impl->apply();
}

GoalLine::~GoalLine() = default;

void GoalLine::setGoal(const Goal& goal, long samples, long fp32Correct, const QString& sampleNoun)
{
    m_impl->goal = goal;
    m_impl->samples = samples;
    m_impl->fp32Correct = fp32Correct;
    m_impl->noun = sampleNoun;
    m_impl->apply();
}

void GoalLine::setWarning(const QString& words, const QString& whole)
{
    QLabel* warning = m_impl->warning;
    if (warning->text() == words && warning->toolTip() == whole)
        return;
    warning->setText(words);
    warning->setToolTip(whole);
    warning->setAccessibleDescription(whole);
    warning->setVisible(!words.isEmpty());
    m_impl->apply();
}

void GoalLine::setLabels(LabelKind labels)
{
    m_impl->labels = labels;
}

void GoalLine::setReadOnly(bool readOnly)
{
    for (PartButton* part : {m_impl->drop, m_impl->latency, m_impl->budget})
        part->setEnabled(!readOnly);
}

QString GoalLine::sentence() const
{
    const Impl& d = *m_impl;
    const QString warned = d.warning->text().isEmpty() ? QString() : QLatin1Char(' ') + d.warning->text() + QLatin1Char('.');
    return d.before->text() + d.drop->text() + of(d.goal)
        + lossWords(d.goal, d.samples, d.fp32Correct, d.noun) + d.make->text() + d.latency->text() + d.spendText()
        + d.budget->text() + d.end->text() + warned;
}

void GoalLine::resizeEvent(QResizeEvent*)
{
    m_impl->fit();
}

void GoalLine::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->layout && (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange))
        m_impl->apply();
}

} // namespace octet::widgets
