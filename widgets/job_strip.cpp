// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/job_strip.h"

#include "widgets/icons.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int maxLogLines = 5000;

class ProgressLine : public QProgressBar
{
public:
    ProgressLine()
    {
        setRange(0, 100);
        setTextVisible(false);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        setMinimumWidth(60);
        setFixedHeight(8);
        setAccessibleName(QStringLiteral("Progress"));
    }
    QSize sizeHint() const override { return {160, 8}; }
    QSize minimumSizeHint() const override { return {60, 8}; }
    void setShare(double share)
    {
        m_share = std::clamp(share, 0.0, 1.0);
        setValue(qRound(m_share * 100));
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& t = Theme::of(palette());
        QPainter painter(this);
        painter.fillRect(rect(), t.line);
        painter.fillRect(QRectF(0, 0, width() * m_share, height()), t.accent);
    }

private:
    double m_share = 0;
};

/// Text that gives way when the line is narrow, and then says all of itself in the tool tip.
class ElidedLabel : public QLabel
{
public:
    /// Shrinks to `least` px, not below.
    explicit ElidedLabel(int least)
        : m_least(least)
    {
        setTextFormat(Qt::PlainText);
        setSizePolicy(least > 0 ? QSizePolicy::Preferred : QSizePolicy::Ignored, QSizePolicy::Preferred);
    }
    void say(const QString& text)
    {
        setText(text);
        setVisible(!text.isEmpty());
    }
    void setColour(QPalette::ColorRole role) { setForegroundRole(role), m_own = QColor(), update(); }
    void setColour(const QColor& colour) { m_own = colour, update(); }
    QSize sizeHint() const override { return {fontMetrics().horizontalAdvance(text()) + 2, fontMetrics().height()}; }
    QSize minimumSizeHint() const override { return {std::min(m_least, sizeHint().width()), fontMetrics().height()}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setPen(m_own.isValid() ? m_own : palette().color(foregroundRole()));
        const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, width());
        setToolTip(shown == text() ? QString() : text());
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, shown);
    }

private:
    int m_least;
    QColor m_own;
};

} // namespace

struct JobStrip::Impl
{
    explicit Impl(JobStrip* strip)
        : q(strip)
    {
    }
    enum class State { Idle, Running, Finished, Failed };
    void build();
    void apply();
    void openLog();

    JobStrip* q;
    State state = State::Idle;
    QString titleText, stageText, leftText, noteText;
    QLabel* title = nullptr;
    ElidedLabel *stage = nullptr, *left = nullptr, *note = nullptr;
    ProgressLine* bar = nullptr;
    QPushButton *waiting = nullptr, *log = nullptr, *pause = nullptr, *stop = nullptr;
    QMenu* waitingMenu = nullptr;
    QStringList waitingTitles;
    bool paused = false;
    QStringList lines;
    QWidget* popup = nullptr;
    QPlainTextEdit* logView = nullptr;
};

void JobStrip::Impl::build()
{
    auto* layout = new QHBoxLayout(q);
    layout->setContentsMargins(12, 3, 8, 3);
    layout->setSpacing(10);
    title = new QLabel;
    title->setObjectName(QStringLiteral("title"));
    stage = new ElidedLabel(160);
    stage->setObjectName(QStringLiteral("stage"));
    bar = new ProgressLine;
    left = new ElidedLabel(1000);
    left->setObjectName(QStringLiteral("left"));
    note = new ElidedLabel(0);
    note->setObjectName(QStringLiteral("note"));
    waiting = new QPushButton;
    waiting->setObjectName(QStringLiteral("waiting"));
    waiting->setFlat(true);
    waitingMenu = new QMenu(q);
    waitingMenu->setObjectName(QStringLiteral("waitingMenu"));
    waitingMenu->setAccessibleName(QStringLiteral("Jobs that wait"));
    waiting->setMenu(waitingMenu);
    log = new QPushButton(QStringLiteral("Log"));
    log->setObjectName(QStringLiteral("log"));
    log->setFlat(true);
    pause = new QPushButton;
    pause->setObjectName(QStringLiteral("pause"));
    stop = new QPushButton(QStringLiteral("Stop  Shift+F5"));
    stop->setObjectName(QStringLiteral("stop"));
    stop->setToolTip(QStringLiteral("Stop the job; finished trials are kept"));
    layout->addWidget(title);
    layout->addWidget(stage);
    layout->addWidget(bar);
    layout->addWidget(left);
    layout->addWidget(note, 1000);
    layout->addStretch(1);
    layout->addWidget(waiting);
    layout->addWidget(log);
    layout->addWidget(pause);
    layout->addWidget(stop);

    popup = new QWidget(q, Qt::Popup);
    auto* inner = new QVBoxLayout(popup);
    inner->setContentsMargins(1, 1, 1, 1);
    logView = new QPlainTextEdit;
    logView->setObjectName(QStringLiteral("logView"));
    logView->setReadOnly(true);
    logView->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    logView->setLineWrapMode(QPlainTextEdit::NoWrap);
    logView->setMaximumBlockCount(maxLogLines);
    logView->setFrameShape(QFrame::NoFrame);
    logView->setPlaceholderText(QStringLiteral("Nothing was logged yet."));
    logView->setAccessibleName(QStringLiteral("Log"));
    inner->addWidget(logView);

    connect(stop, &QPushButton::clicked, q, [this] {
        // Until the worker answers, a second press would say nothing new.
        stop->setEnabled(false);
        stop->setText(QStringLiteral("Stopping"));
        emit q->stopRequested();
    });
    connect(pause, &QPushButton::clicked, q, [this] { emit q->pauseRequested(!paused); });
    connect(log, &QPushButton::clicked, q, [this] { openLog(); });
}

void JobStrip::Impl::apply()
{
    const Theme& t = Theme::of(q->palette());
    const bool running = state == State::Running;
    title->setFont(strongFont(q->font()));
    title->setText(state == State::Idle ? QStringLiteral("Jobs") : titleText);
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPointSizeF(smallFont(q->font()).pointSizeF());
    logView->setFont(mono);
    stage->say(state == State::Idle ? QStringLiteral("none running")
            : running && paused         ? QStringLiteral("Paused: ") + stageText
                                        : stageText);
    if (state == State::Failed)
        stage->setColour(t.misses);
    else
        stage->setColour(running ? QPalette::WindowText : QPalette::PlaceholderText);
    bar->setVisible(running);
    left->say(running && !paused ? leftText : QString());
    left->setColour(QPalette::PlaceholderText);
    note->say(running ? noteText : QString());
    note->setColour(QPalette::PlaceholderText);
    pause->setVisible(running);
    pause->setText(paused ? QStringLiteral("Resume  Ctrl+F5") : QStringLiteral("Pause  Ctrl+F5"));
    pause->setToolTip(paused ? QStringLiteral("Go on where the job stands")
                             : QStringLiteral("Let the job wait; its time stands still and the machine is free"));
    pause->setIcon(icon(paused ? QStringLiteral("play") : QStringLiteral("pause"), q->palette()));
    waiting->setVisible(!waitingTitles.isEmpty());
    waiting->setText(QStringLiteral("%1 waiting").arg(waitingTitles.size()));
    waiting->setToolTip(QStringLiteral("Next: ") + waitingTitles.join(QStringLiteral(", then ")));
    waiting->setAccessibleDescription(waiting->toolTip());
    stop->setVisible(running);
    stop->setIcon(icon(QStringLiteral("stop"), q->palette()));
    log->setIcon(icon(QStringLiteral("log"), q->palette()));
    const QString next = waitingTitles.isEmpty() ? QString() : waiting->text();
    q->setAccessibleDescription(QStringList({title->text(), stage->text(), left->text(), note->text(), next})
                                    .filter(QRegularExpression(QStringLiteral(".")))
                                    .join(QStringLiteral(", ")));
}

void JobStrip::Impl::openLog()
{
    logView->setPlainText(lines.join(QLatin1Char('\n')));
    popup->resize(std::clamp(q->width() / 2, 360, 900), 280);
    popup->move(log->mapToGlobal(QPoint(log->width() - popup->width(), -popup->height() - 6)));
    popup->show();
    logView->verticalScrollBar()->setValue(logView->verticalScrollBar()->maximum());
    logView->setFocus();
}

JobStrip::JobStrip(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    setAccessibleName(QStringLiteral("Jobs"));
    setTextHeight(this, 36);
    setMinimumWidth(300);
    m_impl->build();
    m_impl->apply();
}

JobStrip::~JobStrip() = default;

void JobStrip::start(const QString& title)
{
    Impl& d = *m_impl;
    d.state = Impl::State::Running;
    d.titleText = title;
    d.stageText = QStringLiteral("starting");
    d.leftText.clear();
    d.noteText.clear();
    d.bar->setShare(0);
    d.paused = false;
    d.stop->setEnabled(true);
    d.stop->setText(QStringLiteral("Stop  Shift+F5"));
    d.apply();
}

void JobStrip::setProgress(const JobProgress& progress)
{
    Impl& d = *m_impl;
    if (d.state != Impl::State::Running)
        return;
    d.stageText = QString::fromStdString(progress.stage);
    if (progress.total > 0)
        d.stageText += QStringLiteral(", %1 of %2").arg(grouped(progress.done), grouped(progress.total));
    d.leftText = timeLeft(progress.secondsLeft);
    d.bar->setShare(progress.overall);
    d.apply();
}

void JobStrip::setPaused(bool stands)
{
    m_impl->paused = stands;
    m_impl->apply();
}

void JobStrip::setNote(const QString& note)
{
    m_impl->noteText = note;
    m_impl->apply();
}

void JobStrip::finish(const QString& summary, bool failed)
{
    m_impl->state = failed ? Impl::State::Failed : Impl::State::Finished;
    m_impl->stageText = summary;
    m_impl->apply();
}

void JobStrip::appendLog(const QString& line)
{
    Impl& d = *m_impl;
    d.lines.append(line);
    if (d.lines.size() > maxLogLines)
        d.lines.remove(0, maxLogLines / 10);
    if (d.popup->isVisible())
        d.logView->appendPlainText(line);
}

void JobStrip::setWaiting(const QVector<WaitingJob>& jobs)
{
    Impl& d = *m_impl;
    d.waitingTitles.clear();
    d.waitingMenu->clear();
    for (const WaitingJob& job : jobs) {
        d.waitingTitles << job.title;
        QString text = QStringLiteral("Remove %1").arg(job.title);
        QAction* remove = d.waitingMenu->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        connect(remove, &QAction::triggered, this, [this, id = job.id] { emit removeRequested(id); });
    }
    d.apply();
}

void JobStrip::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->title && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange))
        m_impl->apply();
}

void JobStrip::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.panel);
    painter.setPen(t.line);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace octet::widgets
