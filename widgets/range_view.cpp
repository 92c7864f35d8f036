// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/range_view.h"

#include "core/values/range_error.h"
#include "widgets/convergence_curve.h"
#include "widgets/icons.h"
#include "widgets/label_colour.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace octet::widgets {

namespace {

/// "0", "0.0031 %", "1.2 %"
QString shareText(double share)
{
    return share > 0 ? RangeView::tr("%1 %").arg(100 * share, 0, 'g', 2) : RangeView::tr("nothing");
}

QString tenths(double value)
{
    return RangeView::tr("%1 dB").arg(value, 0, 'f', 1);
}

QLabel* wrapping(const QString& name)
{
    auto* label = new QLabel;
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

struct RangeView::Impl
{
    RangeView* q = nullptr;
    RangeViewContent content;
    QLabel *title = nullptr, *note = nullptr, *loss = nullptr, *hint = nullptr, *icon = nullptr, *sentence = nullptr;
    QLabel* warnings = nullptr;
    QCheckBox* log = nullptr;
    Segmented *values = nullptr, *cuts = nullptr;
    RangeHistogram* histogram = nullptr;
    ConvergenceCurve* curve = nullptr;

    void build()
    {
        auto* column = new QVBoxLayout(q);
        column->setContentsMargins(0, 10, 0, 0);
        column->setSpacing(4);
        auto* heading = new QHBoxLayout;
        title = new QLabel;
        note = new QLabel;
        log = new QCheckBox(RangeView::tr("log axis"));
        log->setToolTip(RangeView::tr("Equal widths for equal ratios, to see what lies close to 0 beside far outliers"));
        heading->addWidget(title);
        heading->addWidget(note, 1);
        heading->addWidget(log);
        values = new Segmented;
        values->setAccessibleName(RangeView::tr("Which value"));
        values->setStretching(true);
        histogram = new RangeHistogram;
        cuts = new Segmented;
        cuts->setAccessibleName(RangeView::tr("Cut where this method would"));
        cuts->setStretching(true);
        loss = wrapping(QStringLiteral("loss"));
        hint = wrapping(QStringLiteral("hint"));
        warnings = wrapping(QStringLiteral("warnings"));
        curve = new ConvergenceCurve;
        auto* answer = new QHBoxLayout;
        answer->setSpacing(7);
        icon = new QLabel;
        icon->setFixedSize(16, 16);
        sentence = wrapping(QStringLiteral("sentence"));
        answer->addWidget(icon, 0, Qt::AlignTop);
        answer->addWidget(sentence, 1);
        column->addLayout(heading);
        for (QWidget* widget : std::initializer_list<QWidget*>{values, histogram, loss, cuts, hint, curve})
            column->addWidget(widget);
        column->addLayout(answer);
        column->addWidget(warnings);
        connect();
    }

    void connect()
    {
        QObject::connect(log, &QCheckBox::toggled, histogram, &RangeHistogram::setLogAxis);
        QObject::connect(values, &Segmented::valueChanged, q, &RangeView::valueChosen);
        QObject::connect(cuts, &Segmented::activated, q, [this](const QString& index) { take(index.toInt()); });
        QObject::connect(histogram, &RangeHistogram::cutRequested, q, [this](int index) { take(index); });
        QObject::connect(histogram, &RangeHistogram::dragged, q, [this] { showLoss(); });
        QObject::connect(histogram, &RangeHistogram::edited, q,
            [this](double min, double max) { emit q->rangeEdited(content.value, min, max); });
    }

    void take(int index)
    {
        if (index < 0 || index >= content.cuts.size())
            return;
        if (index == content.own)
            emit q->ownRangeRequested(content.value);
        else
            emit q->rangeEdited(content.value, content.cuts[index].range.min, content.cuts[index].range.max);
    }

    double decibelsOf(const Interval& range) const
    {
        return rangeError(content.histogram, range, content.scheme).decibels;
    }

    /// Of the range as it is shown, which may be between two places of a handle.
    void showLoss()
    {
        const Interval range = histogram->range();
        const RangeError error = rangeError(content.histogram, range, content.scheme);
        QString text = RangeView::tr("%1 to %2 cuts off %3, SQNR %4")
                           .arg(range.min, 0, 'g', 4)
                           .arg(range.max, 0, 'g', 4)
                           .arg(shareText(error.clipped), tenths(error.decibels));
        if (content.own >= 0 && range != content.cuts[content.own].range) {
            const double gain = error.decibels - decibelsOf(content.cuts[content.own].range);
            text += RangeView::tr("; %1 %2 than %3")
                        .arg(tenths(std::abs(gain)), gain < 0 ? RangeView::tr("worse") : RangeView::tr("better"),
                            content.cuts[content.own].name);
        }
        loss->setText(text);
        int chosen = -1;
        for (int i = 0; i < content.cuts.size() && chosen < 0; ++i)
            if (content.cuts[i].range == range && (content.manual || content.own < 0 || i == content.own))
                chosen = i;
        cuts->setValue(chosen < 0 ? QString() : QString::number(chosen));
    }

    void showChoices()
    {
        QVector<Segmented::Option> options;
        for (const auto& [value, name] : content.values)
            options << Segmented::Option{name, value, value};
        values->setOptions(options);
        values->setValue(content.value);
        values->setVisible(content.values.size() > 1);
        options.clear();
        for (int i = 0; i < content.cuts.size(); ++i) {
            const auto& cut = content.cuts[i];
            Segmented::Option option{cut.name, QString::number(i)};
            option.toolTip = RangeView::tr("%1 to %2: SQNR %3%4")
                                 .arg(cut.range.min, 0, 'g', 4)
                                 .arg(cut.range.max, 0, 'g', 4)
                                 .arg(tenths(decibelsOf(cut.range)),
                                     i == content.own ? RangeView::tr(", what the config asks for") : QString());
            option.enabled = content.notEditable.isEmpty();
            if (!option.enabled)
                option.toolTip = content.notEditable;
            options << option;
        }
        cuts->setOptions(options);
        cuts->setVisible(!options.isEmpty());
    }

    void applyTheme()
    {
        const Theme& theme = Theme::of(q->palette());
        title->setFont(strongFont(q->font()));
        for (QLabel* label : {note, hint})
            setTextColour(label, theme.secondary);
        for (QLabel* label : {title, loss, sentence})
            setTextColour(label, theme.text);
        setTextColour(warnings, theme.tooClose);
        icon->setPixmap(iconPixmap(content.enough ? QStringLiteral("check") : QStringLiteral("warning"),
            content.enough ? theme.meets : theme.tooClose, 16, q->devicePixelRatioF()));
    }
};

RangeView::RangeView(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>())
{
    m_impl->q = this;
    m_impl->build();
    setContent({});
}

RangeView::~RangeView() = default;

void RangeView::setContent(const RangeViewContent& content)
{
    Impl& d = *m_impl;
    if (content.value != d.content.value)
        d.histogram->cancel();
    d.content = content;
    setVisible(!content.value.isEmpty());
    d.title->setText(content.title);
    d.note->setText(content.note);
    d.histogram->setAccessibleName(tr("Histogram and range of %1").arg(content.value));
    d.histogram->setHistogram(content.histogram, content.cuts);
    d.histogram->setRange(content.range);
    d.histogram->setEditable(content.notEditable.isEmpty());
    d.showChoices();
    d.showLoss();
    const QString hint = content.notEditable.isEmpty() ? content.hint : content.notEditable;
    d.hint->setText(hint);
    d.hint->setVisible(!hint.isEmpty());
    d.curve->setSteps(content.steps);
    d.curve->setVisible(content.steps.size() > 1);
    d.sentence->setText(content.sentence);
    d.sentence->setVisible(!content.sentence.isEmpty());
    d.icon->setVisible(!content.sentence.isEmpty());
    d.warnings->setText(content.warnings.join(QLatin1Char('\n')));
    d.warnings->setVisible(!content.warnings.isEmpty());
    d.applyTheme();
}

RangeHistogram* RangeView::histogram()
{
    return m_impl->histogram;
}

void RangeView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_impl->applyTheme();
}

} // namespace octet::widgets
