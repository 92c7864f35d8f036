// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frontier_plot.h"

#include "widgets/frontier_plot_accessible.h"
#include "widgets/words.h"

#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include <qcustomplot.h>

#include <algorithm>
#include <functional>
#include <optional>

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

} // namespace

struct FrontierPlot::Impl
{
    explicit Impl(FrontierPlot* plot)
        : q(plot)
    {
    }
    void build();
    void applyTheme();
    void applyContent();
    void updateTicks();
    void select(int index);
    void walk(int step);
    void setHovered(int index);
    void repaintOverlay() { canvas->layer(QStringLiteral("overlay"))->replot(); }
    void describe();
    const Theme& theme() const { return Theme::of(q->palette()); }

    FrontierPlot* q;
    QCustomPlot* canvas = nullptr;
    QWidget* emptyPage = nullptr;
    QLabel* emptyLabel = nullptr;
    QPushButton* emptyButton = nullptr;
    QSharedPointer<QCPAxisTickerFixed> msTicker, rightTicker;
    QSharedPointer<QCPAxisTickerText> ratioTicker;
    FrontierPlotPainter painter;
    int selected = 0;
    int hovered = -1;
    bool focusRing = false;
    std::optional<AccessibleEntry> accessible; // last: it reads all the others
};

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
        painter.paintHover(p, theme(), hovered, q->rect());
    });
    QObject::connect(
        canvas, &QCustomPlot::afterLayout, q, [this] { painter.arrange(canvas->axisRect()->rect(), q->rect()); });

    emptyPage = new QWidget(q);
    auto* layout = new QVBoxLayout(emptyPage);
    emptyLabel = new QLabel;
    emptyLabel->setAlignment(Qt::AlignCenter);
    emptyLabel->setWordWrap(true);
    emptyLabel->setForegroundRole(QPalette::PlaceholderText);
    emptyButton = new QPushButton;
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
    const PlotScales& scales = painter.map().scales;
    const bool empty = content.marks.isEmpty();
    canvas->setVisible(!empty);
    emptyPage->setVisible(empty);
    emptyLabel->setText(content.emptyText);
    emptyButton->setText(content.emptyAction);
    emptyButton->setVisible(!content.emptyAction.isEmpty());
    canvas->xAxis->setRange(scales.msLow, scales.msHigh);
    canvas->xAxis2->setRange(scales.msLow, scales.msHigh);
    canvas->yAxis->setRange(scales.rightLow, scales.rightHigh);
    const QString noun = content.sampleNoun.isEmpty() ? QStringLiteral("samples") : content.sampleNoun;
    const QString where =
        content.recordedOn.isEmpty() ? QString() : QStringLiteral(", recorded on %1").arg(content.recordedOn);
    canvas->xAxis->setLabel(QStringLiteral("Median time per %1, ms%2").arg(singular(noun), where));
    canvas->yAxis->setLabel(content.samples > 0
            ? QStringLiteral("Right answers, of %1 %2").arg(grouped(content.samples), noun)
            : QStringLiteral("Right answers"));
    canvas->xAxis2->setVisible(content.todayMs > 0);
    canvas->xAxis2->setTickLabels(true);
    canvas->xAxis2->setLabel(QStringLiteral("times faster than today"));
    describe();
    updateTicks();
}

void FrontierPlot::Impl::updateTicks()
{
    const PlotScales& scales = painter.map().scales;
    const double width = std::max(100, q->width() - 90), height = std::max(60, q->height() - 120);
    const double msStep = niceStep(scales.msHigh - scales.msLow, std::max(2, int(width / 90)), false);
    msTicker->setTickStep(msStep);
    canvas->xAxis->setNumberFormat(QStringLiteral("f"));
    canvas->xAxis->setNumberPrecision(std::clamp(int(std::ceil(-std::log10(msStep) - 1e-9)), 0, 4));
    rightTicker->setTickStep(niceStep(scales.rightHigh - scales.rightLow, std::max(2, int(height / 45)), true));
    canvas->yAxis->setNumberFormat(QStringLiteral("f"));
    canvas->yAxis->setNumberPrecision(0);
    ratioTicker->clear();
    for (const RatioTick& tick : ratioTicks(painter.content().todayMs, scales, width, 64))
        ratioTicker->addTick(tick.ms, tick.text);
    canvas->replot(QCustomPlot::rpImmediateRefresh);
}

void FrontierPlot::Impl::describe()
{
    QString text = plotSummary(painter.content());
    const int index = painter.indexOf(selected);
    if (index >= 0) {
        const Mark& mark = painter.content().marks[index];
        QString words = mark.tooltip;
        words.replace(QLatin1Char('\n'), QStringLiteral("; "));
        text += QStringLiteral("; selected: ") + (words.isEmpty() ? QStringLiteral("trial %1").arg(mark.trial) : words);
    }
    q->setAccessibleDescription(text);
}

void FrontierPlot::Impl::select(int index)
{
    const int trial = painter.content().marks[index].trial;
    q->setSelectedTrial(trial);
    emit q->trialSelected(trial);
}

void FrontierPlot::Impl::walk(int step)
{
    const QVector<int> order = walkingOrder(painter.content().marks, false);
    if (order.isEmpty())
        return;
    const auto at = order.indexOf(painter.indexOf(selected));
    const auto next =
        at < 0 ? (step > 0 ? 0 : order.size() - 1) : std::clamp<qsizetype>(at + step, 0, order.size() - 1);
    if (next != at)
        select(order[next]);
}

void FrontierPlot::Impl::setHovered(int index)
{
    if (index == hovered)
        return;
    hovered = index;
    q->setCursor(index >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    repaintOverlay();
    emit q->trialHovered(index >= 0 ? painter.content().marks[index].trial : 0);
}

FrontierPlot::FrontierPlot(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    m_impl->accessible.emplace(this,
        std::make_unique<AccessibleMarks>(this, &m_impl->painter, [this](int index) { m_impl->select(index); }));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(280, 200);
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
    const int trial = m_impl->hovered >= 0 ? m_impl->painter.content().marks.value(m_impl->hovered).trial : 0;
    m_impl->painter.setContent(content);
    m_impl->hovered = trial != 0 ? m_impl->painter.indexOf(trial) : -1;
    if (trial != 0 && m_impl->hovered < 0)
        emit trialHovered(0);
    m_impl->applyContent();
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

void FrontierPlot::mouseMoveEvent(QMouseEvent* event)
{
    m_impl->setHovered(m_impl->painter.hit(event->position()));
}

void FrontierPlot::mousePressEvent(QMouseEvent* event)
{
    const int index = event->button() == Qt::LeftButton ? m_impl->painter.hit(event->position()) : -1;
    if (index >= 0)
        m_impl->select(index);
    else
        QWidget::mousePressEvent(event);
}

void FrontierPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int index = event->button() == Qt::LeftButton ? m_impl->painter.hit(event->position()) : -1;
    if (index < 0)
        return;
    m_impl->select(index);
    emit trialActivated(m_impl->painter.content().marks[index].trial);
}

void FrontierPlot::leaveEvent(QEvent*)
{
    m_impl->setHovered(-1);
}

void FrontierPlot::keyPressEvent(QKeyEvent* event)
{
    constexpr int all = 1 << 20;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        m_impl->walk(-1);
        return;
    case Qt::Key_Right:
    case Qt::Key_Down:
        m_impl->walk(1);
        return;
    case Qt::Key_Home:
        m_impl->walk(-all);
        return;
    case Qt::Key_End:
        m_impl->walk(all);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_impl->painter.indexOf(m_impl->selected) >= 0) {
            emit trialActivated(m_impl->selected);
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void FrontierPlot::focusInEvent(QFocusEvent* event)
{
    m_impl->focusRing = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    announceCurrentPart(this);
    m_impl->repaintOverlay();
}

void FrontierPlot::focusOutEvent(QFocusEvent*)
{
    m_impl->focusRing = false;
    m_impl->repaintOverlay();
}

void FrontierPlot::resizeEvent(QResizeEvent*)
{
    m_impl->canvas->setGeometry(rect());
    m_impl->emptyPage->setGeometry(rect());
    m_impl->updateTicks();
}

void FrontierPlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->canvas && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)) {
        m_impl->applyTheme();
        m_impl->updateTicks();
    }
}

} // namespace octet::widgets
