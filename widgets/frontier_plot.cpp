// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot_impl.h"

#include "core/values/axis.h"
#include "widgets/text_height.h"
#include "widgets/words.h"

#include <QResizeEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>

namespace octet::widgets {

namespace {

/// A layer of the plot that is painted by a function, so that all painting stays free of QCustomPlot.
class PaintedItem : public QCPAbstractItem
{
public:
    PaintedItem(QCustomPlot* plot, const QString& layerName, std::function<void(QPainter&)> paint)
        : QCPAbstractItem(plot)
        , m_paint(std::move(paint))
    {
        setLayer(layerName);
        setClipToAxisRect(false);
        setSelectable(false);
    }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override
    {
        painter->save();
        m_paint(*painter);
        painter->restore();
    }

private:
    std::function<void(QPainter&)> m_paint;
};

int decimalsOf(double step)
{
    return std::clamp(int(std::ceil(-std::log10(step) - 1e-9)), 0, 4);
}

} // namespace

void FrontierPlot::Impl::build()
{
    canvas = new QCustomPlot(q);
    canvas->setAttribute(Qt::WA_TransparentForMouseEvents);
    canvas->setFocusPolicy(Qt::NoFocus);
    canvas->setNoAntialiasingOnDrag(false);
    canvas->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    canvas->axisRect()->setupFullAxesBox(false);
    canvas->axisRect()->setMinimumMargins(QMargins(8, 8, 22, 8));
    msTicker.reset(new QCPAxisTickerFixed);
    rightTicker.reset(new QCPAxisTickerFixed);
    ratioTicker.reset(new QCPAxisTickerText);
    canvas->xAxis->setTicker(msTicker);
    canvas->yAxis->setTicker(rightTicker);
    canvas->xAxis2->setTicker(ratioTicker);
    canvas->yAxis2->setVisible(false);
    for (QCPAxis* axis : {canvas->xAxis, canvas->yAxis, canvas->xAxis2}) {
        axis->setSubTicks(false);
        axis->setTickLength(0, 4);
        axis->grid()->setVisible(axis == canvas->yAxis);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    new PaintedItem(canvas, QStringLiteral("background"), [this](QPainter& p) { painter.paintBand(p, theme()); });
    new PaintedItem(canvas, QStringLiteral("main"), [this](QPainter& p) { painter.paintMarks(p, theme()); });
    new PaintedItem(canvas, QStringLiteral("overlay"), [this](QPainter& p) {
        if (focusRing) {
            p.setPen(QPen(theme().accent, 1.5));
            p.setBrush(Qt::NoBrush);
            p.drawRoundedRect(QRectF(q->rect()).adjusted(1, 1, -2, -2), 4, 4);
        }
        painter.paintOverlay(p, theme(), hovered, q->rect());
    });
    QObject::connect(
        canvas, &QCustomPlot::afterLayout, q, [this] { 
        painter.arrange(canvas->axisRect()->rect(), q->rect());
        placeGoalButton();
    });

    wholeButton = new QPushButton(QStringLiteral("Whole plot  Esc"), q);
    wholeButton->setObjectName(QStringLiteral("whole"));
    wholeButton->setFocusPolicy(Qt::NoFocus); // Esc is its key
    wholeButton->hide();
    QObject::connect(wholeButton, &QPushButton::clicked, q, [this] { showAll(); });

    goalButton = new QPushButton(QStringLiteral("Set as goal  Enter"), q);
    goalButton->setObjectName(QStringLiteral("setAsGoal"));
    goalButton->setFocusPolicy(Qt::NoFocus); // Enter is its key
    goalButton->hide();
    QObject::connect(goalButton, &QPushButton::clicked, q, [this] { setGoal(); });

    emptyPage = new QWidget(q);
    auto* layout = new QVBoxLayout(emptyPage);
    emptyLabel = new QLabel;
    emptyLabel->setAlignment(Qt::AlignCenter);
    emptyLabel->setWordWrap(true);
    emptyLabel->setForegroundRole(QPalette::PlaceholderText);
    emptyButton = new QPushButton;
    emptyButton->setObjectName(QStringLiteral("emptyAction"));
    layout->addStretch();
    layout->addWidget(emptyLabel);
    layout->addSpacing(8);
    layout->addWidget(emptyButton, 0, Qt::AlignHCenter);
    layout->addStretch();
    QObject::connect(emptyButton, &QPushButton::clicked, q, &FrontierPlot::emptyActionRequested);
}

void FrontierPlot::Impl::applyTheme()
{
    const Theme& t = theme();
    const QFont font = smallFont(q->font());
    painter.setFont(font);
    canvas->setBackground(QBrush(t.panel));
    for (QCPAxis* axis : {canvas->xAxis, canvas->yAxis, canvas->xAxis2}) {
        const bool upper = axis == canvas->xAxis2;
        axis->setBasePen(upper ? Qt::NoPen : QPen(t.border, 1));
        axis->setTickPen(upper ? Qt::NoPen : QPen(t.border, 1));
        axis->setTickLabelColor(t.secondary);
        axis->setLabelColor(upper ? t.secondary : t.text);
        axis->setTickLabelFont(font);
        axis->setLabelFont(font);
        axis->setLabelPadding(upper ? 2 : 4);
        axis->grid()->setPen(QPen(t.grid, 1));
    }
}

void FrontierPlot::Impl::applyContent()
{
    const PlotContent& content = painter.content();
    const bool empty = content.marks.isEmpty();
    canvas->setVisible(!empty);
    emptyPage->setVisible(empty);
    emptyLabel->setText(content.emptyText);
    emptyButton->setText(content.emptyAction);
    emptyButton->setVisible(!content.emptyAction.isEmpty());
    canvas->xAxis2->setVisible(content.todayMs > 0);
    canvas->xAxis2->setTickLabels(true);
    canvas->xAxis2->setLabel(QStringLiteral("times faster than today"));
    labelAxes();
    describe();
    viewChanged();
}

/// A title that is longer than its axis ends in an ellipsis.
void FrontierPlot::Impl::labelAxes()
{
    const PlotContent& content = painter.content();
    const QString noun = content.sampleNoun.isEmpty() ? QStringLiteral("samples") : content.sampleNoun;
    const QString where =
        content.recordedOn.isEmpty() ? QString() : QStringLiteral(", recorded on %1").arg(content.recordedOn);
    const QFontMetrics metrics(canvas->xAxis->labelFont());
    const auto fitted = [&](const QString& title, int room) {
        return metrics.elidedText(title, Qt::ElideRight, std::max(room, 5 * metrics.height()));
    };
    canvas->xAxis->setLabel(fitted(
        QStringLiteral("Median time per %1, ms%2").arg(singular(noun), where), q->width() - 6 * metrics.height()));
    const QString score = !content.score.title.isEmpty() ? content.score.title
        : content.samples > 0 ? QStringLiteral("Right answers, of %1 %2").arg(grouped(content.samples), noun)
                              : QStringLiteral("Right answers");
    canvas->yAxis->setLabel(fitted(score, q->height() - 5 * metrics.height()));
}

void FrontierPlot::Impl::showRanges()
{
    const PlotScales& scales = painter.map().scales;
    canvas->xAxis->setRange(scales.msLow, scales.msHigh);
    canvas->xAxis2->setRange(scales.msLow, scales.msHigh);
    canvas->yAxis->setRange(scales.rightLow, scales.rightHigh);
    const double width = std::max(100, q->width() - 90), height = std::max(60, q->height() - 120);
    const double msStep = niceStep(scales.msHigh - scales.msLow, std::max(2, int(width / 90)), false);
    msTicker->setTickStep(msStep);
    canvas->xAxis->setNumberFormat(QStringLiteral("f"));
    canvas->xAxis->setNumberPrecision(decimalsOf(msStep));
    const bool counts = painter.content().score.decimals == 0;
    const double rightStep = niceStep(scales.rightHigh - scales.rightLow, std::max(2, int(height / 45)), counts);
    rightTicker->setTickStep(rightStep);
    canvas->yAxis->setNumberFormat(QStringLiteral("f"));
    canvas->yAxis->setNumberPrecision(decimalsOf(rightStep));
    ratioTicker->clear();
    for (const RatioTick& tick : ratioTicks(painter.content().todayMs, scales, width, 64))
        ratioTicker->addTick(tick.ms, tick.text);
    canvas->replot(QCustomPlot::rpQueuedRefresh); // laid out at once, on screen with all else that changed
}

void FrontierPlot::Impl::describe()
{
    QString text = plotSummary(painter.content());
    const int index = painter.indexOf(selected);
    if (index >= 0) {
        const Mark& mark = painter.content().marks[index];
        QString words = painter.tooltip({Kind::Mark, index});
        words.replace(QLatin1Char('\n'), QStringLiteral("; "));
        text += QStringLiteral("; selected: ") + (words.isEmpty() ? QStringLiteral("trial %1").arg(mark.trial) : words);
    }
    if (hovered.kind == Kind::WhatIf)
        text += QStringLiteral("; ") + painter.tooltip(hovered).replace(QLatin1Char('\n'), QStringLiteral("; "));
    else if (!painter.whatIfs().lines.isEmpty())
        text += QStringLiteral("; W shows what one op would change");
    if (painter.whatIfFloor() && painter.content().floorWords)
        text += QStringLiteral("; ") + painter.content().floorWords(*painter.whatIfFloor()).replace(QLatin1Char('\n'), QStringLiteral("; "));
    else if (painter.content().floorWords && painter.content().floor >= 0)
        text += QStringLiteral("; Page Up and Page Down ask about another goal");
    q->setAccessibleDescription(text);
}

FrontierPlot::FrontierPlot(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    m_impl->accessible.emplace(this,
        std::make_unique<AccessibleMarks>(this, &m_impl->painter, [this](int index) { m_impl->select(index); }));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumWidth(280);
    setLeastTextHeight(this, 200, 4); // two scales and their titles
    setAccessibleName(QStringLiteral("Accuracy against latency"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_impl->build();
    m_impl->applyTheme();
    setContent({});
}

FrontierPlot::~FrontierPlot()
{
    // The canvas paints through Impl; it must go first.
    delete m_impl->canvas;
}

void FrontierPlot::setContent(const PlotContent& content)
{
    const int trial = m_impl->trialOf(m_impl->hovered);
    const double floor = m_impl->painter.content().floor;
    m_impl->painter.setContent(content);
    if (content.floor != floor || content.marks.isEmpty() || !content.floorWords)
        m_impl->setWhatIfFloor({});
    const int index = trial != 0 ? m_impl->painter.indexOf(trial) : -1;
    m_impl->hovered = index >= 0 ? Impl::Target{Impl::Kind::Mark, index} : Impl::Target{};
    if (trial != 0 && index < 0)
        emit trialHovered(0);
    m_impl->applyContent();
}

void FrontierPlot::setWhatIfs(const WhatIfs& whatIfs)
{
    m_impl->painter.setWhatIfs(whatIfs);
    if (m_impl->hovered.kind == Impl::Kind::WhatIf)
        m_impl->hovered = {};
    m_impl->describe();
    m_impl->repaintOverlay();
}

QPointF FrontierPlot::whatIfPosition(int index) const
{
    return m_impl->painter.whatIfLine(index).p2();
}

void FrontierPlot::setSelectedTrial(int trial)
{
    if (trial == m_impl->selected)
        return;
    m_impl->selected = trial;
    m_impl->painter.setSelected(trial);
    m_impl->describe();
    announceCurrentPart(this);
    m_impl->canvas->replot(QCustomPlot::rpQueuedReplot);
}

int FrontierPlot::selectedTrial() const
{
    return m_impl->selected;
}

QPointF FrontierPlot::ghostPosition() const
{
    return m_impl->painter.ghostPosition();
}

QPointF FrontierPlot::markPosition(int trial) const
{
    const int index = m_impl->painter.indexOf(trial);
    return index < 0 ? QPointF() : m_impl->painter.position(index);
}

QPointF FrontierPlot::floorPosition() const
{
    const PlotMap& map = m_impl->painter.map();
    return {map.area.left() + 0.3 * map.area.width(), map.y(m_impl->painter.content().floor)};
}

std::optional<double> FrontierPlot::whatIfFloor() const
{
    return m_impl->painter.whatIfFloor();
}

void FrontierPlot::resizeEvent(QResizeEvent*)
{
    m_impl->canvas->setGeometry(rect());
    const QSize button = m_impl->wholeButton->sizeHint();
    m_impl->wholeButton->setGeometry(width() - button.width() - 8, 6, button.width(), button.height());
    m_impl->emptyPage->setGeometry(rect());
    m_impl->labelAxes();
    m_impl->showRanges();
}

void FrontierPlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->canvas && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)) {
        m_impl->applyTheme();
        m_impl->labelAxes();
        m_impl->showRanges();
    }
}

} // namespace octet::widgets
