// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector.h"

#include "widgets/icons.h"
#include "widgets/inspector_parts.h"
#include "widgets/range_view.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

enum class Tone { Title, Text, Secondary };

/// A label that keeps its tone when the theme or the font changes.
class ToneLabel : public QLabel
{
public:
    ToneLabel(const QString& text, Tone tone, QWidget* parent)
        : QLabel(text, parent)
        , m_tone(tone)
    {
        setTextFormat(Qt::PlainText);
        setForegroundRole(QPalette::WindowText); // on a Base background a label would take Text instead
        apply();
    }

protected:
    void changeEvent(QEvent* event) override
    {
        QLabel::changeEvent(event);
        if (event->type() == QEvent::PaletteChange)
            apply();
    }

private:
    void apply()
    {
        const Theme& theme = Theme::of(palette());
        QPalette p = palette();
        p.setColor(QPalette::WindowText, m_tone == Tone::Secondary ? theme.secondary : theme.text);
        if (p != palette())
            setPalette(p);
        QFont f = font();
        f.setWeight(m_tone == Tone::Title ? QFont::DemiBold : QFont::Normal);
        if (f != font())
            setFont(f);
    }
    Tone m_tone;
};

QString valueOf(Precision precision)
{
    return QString::fromStdString(toString(precision));
}

/// Keys and values under titles, and what they show.
struct Sections
{
    QWidget* widget = nullptr;
    QVector<InspectorContent::Section> content;
    int keyWidth = 0;
    QVector<QLabel*> titles, asides; // by section; an aside may be null
    QVector<QVector<ValueText*>> values; // by section and row
};

QString titleOf(const InspectorContent::Section& section)
{
    return section.title.section(QLatin1Char('\t'), 0, 0);
}

QString asideOf(const InspectorContent::Section& section)
{
    return section.title.section(QLatin1Char('\t'), 1);
}

/// Only words differ: the same rows have the same keys.
bool sameShape(const QVector<InspectorContent::Section>& a, const QVector<InspectorContent::Section>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return asideOf(x).isEmpty() == asideOf(y).isEmpty()
            && std::equal(x.rows.begin(), x.rows.end(), y.rows.begin(), y.rows.end(),
                [](const auto& one, const auto& other) { return one.first == other.first; });
    });
}

} // namespace

struct Inspector::Impl
{
    Inspector* q = nullptr;
    QScrollArea* scroll = nullptr;
    QWidget *body = nullptr, *head = nullptr, *draft = nullptr;
    Sections sections, details;
    QLabel *title = nullptr, *subtitle = nullptr, *source = nullptr, *refusalIcon = nullptr, *empty = nullptr;
    QLabel* reason = nullptr;
    QWidget* refusal = nullptr;
    ValueText* refusalText = nullptr;
    Segmented* precision = nullptr;
    LockButton* lock = nullptr;
    QVBoxLayout* bodyLayout = nullptr;
    RangeView* range = nullptr;

    QLabel* label(const QString& text, Tone tone, bool wrap)
    {
        auto* result = new ToneLabel(text, tone, q);
        result->setWordWrap(wrap);
        if (wrap)
            result->setTextInteractionFlags(Qt::TextSelectableByMouse);
        return result;
    }

    void buildDraft()
    {
        draft = new QWidget;
        auto* layout = new QVBoxLayout(draft);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(5);
        layout->addWidget(label(Inspector::tr("Draft"), Tone::Title, false));
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        precision = new Segmented;
        precision->setAccessibleName(Inspector::tr("Precision in the draft"));
        precision->setOptions({{QStringLiteral("Int8"), QStringLiteral("int8"), Inspector::tr("8-bit integers")},
            {QStringLiteral("BF16"), QStringLiteral("bf16"), Inspector::tr("16-bit brain floats")},
            {QStringLiteral("FP32"), QStringLiteral("fp32"), Inspector::tr("32-bit floats")},
            {Inspector::tr("Inherit"), QStringLiteral("inherit")}});
        precision->setStretching(true);
        lock = new LockButton;
        row->addWidget(precision, 1);
        row->addWidget(lock);
        layout->addLayout(row);
        QObject::connect(precision, &Segmented::activated, q, [this](const QString& value) {
            if (value == QLatin1String("inherit"))
                emit q->inheritRequested();
            else
                emit q->precisionRequested(precisionFromString(value.toStdString()));
        });
        QObject::connect(lock, &QAbstractButton::clicked, q, [this](bool checked) { emit q->lockRequested(checked); });
    }

    void buildRefusal()
    {
        refusal = new QWidget;
        auto* layout = new QHBoxLayout(refusal);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(7);
        refusalIcon = new QLabel;
        refusalIcon->setFixedSize(16, 16);
        layout->addWidget(refusalIcon, 0, Qt::AlignTop);
        refusalText = new ValueText(QString());
        refusalText->setAccessibleName(Inspector::tr("Why it cannot be int8"));
        layout->addWidget(refusalText, 1);
    }

    void build()
    {
        body = new QWidget;
        bodyLayout = new QVBoxLayout(body);
        bodyLayout->setContentsMargins(12, 10, 12, 12);
        bodyLayout->setSpacing(0);
        title = label({}, Tone::Title, true);
        subtitle = label({}, Tone::Secondary, true);
        source = label({}, Tone::Secondary, true);
        reason = label({}, Tone::Secondary, true);
        empty =
            label(Inspector::tr("Choose an op in the tree or the graph to see its details."), Tone::Secondary, true);
        buildDraft();
        buildRefusal();
        bodyLayout->addWidget(empty);
        bodyLayout->addWidget(title);
        bodyLayout->addWidget(subtitle);
        bodyLayout->addSpacing(8);
        bodyLayout->addWidget(draft);
        bodyLayout->addWidget(reason);
        bodyLayout->addSpacing(3);
        bodyLayout->addWidget(source);
        bodyLayout->addSpacing(3);
        bodyLayout->addWidget(refusal);
        sections.widget = new QWidget;
        bodyLayout->addWidget(sections.widget);
        range = new RangeView;
        bodyLayout->addWidget(range);
        details.widget = new QWidget;
        bodyLayout->addWidget(details.widget);
        bodyLayout->addStretch(1);
        scroll = new QScrollArea(q);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setWidgetResizable(true);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        scroll->setFocusPolicy(Qt::NoFocus);
        scroll->setBackgroundRole(QPalette::Base);
        body->setBackgroundRole(QPalette::Base);
        scroll->setWidget(body);
        auto* layout = new QVBoxLayout(q);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(scroll);
    }

    QWidget* sectionWidget(const InspectorContent::Section& section, int keyWidth, Sections& shown)
    {
        auto* widget = new QWidget;
        auto* grid = new QGridLayout(widget);
        grid->setContentsMargins(0, 10, 0, 0);
        grid->setHorizontalSpacing(10);
        grid->setVerticalSpacing(3);
        grid->setColumnMinimumWidth(0, keyWidth);
        grid->setColumnStretch(1, 1);
        auto* heading = new QHBoxLayout;
        shown.titles << label(titleOf(section), Tone::Title, false);
        heading->addWidget(shown.titles.last(), 1);
        shown.asides << (asideOf(section).isEmpty() ? nullptr : label(asideOf(section), Tone::Secondary, false));
        if (shown.asides.last())
            heading->addWidget(shown.asides.last());
        shown.values << QVector<ValueText*>();
        grid->addLayout(heading, 0, 0, 1, 2);
        int row = 1;
        for (const auto& [key, value] : section.rows) {
            auto* text = new ValueText(value);
            text->setAccessibleName(key);
            shown.values.last() << text;
            if (key.isEmpty()) {
                grid->addWidget(text, row++, 0, 1, 2);
                continue;
            }
            QLabel* name = label(key, Tone::Secondary, true);
            name->setAlignment(Qt::AlignTop | Qt::AlignLeft);
            name->setFixedWidth(keyWidth);
            grid->addWidget(name, row, 0, Qt::AlignTop);
            grid->addWidget(text, row++, 1, Qt::AlignTop);
        }
        return widget;
    }

    /// Puts what the sections say into the place of `shown`. One key column for all, so that values stand under each other.
    void showSections(Sections& shown, const QVector<InspectorContent::Section>& content, int keyWidth)
    {
        if (keyWidth == shown.keyWidth && sameShape(content, shown.content)) {
            reword(shown, content);
            return;
        }
        Sections next;
        next.content = content;
        next.keyWidth = keyWidth;
        auto* fresh = new QWidget;
        auto* layout = new QVBoxLayout(fresh);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        for (const auto& section : content)
            layout->addWidget(sectionWidget(section, keyWidth, next));
        delete bodyLayout->replaceWidget(shown.widget, fresh);
        shown.widget->hide(); // a row of it may be handling the event that led here
        shown.widget->deleteLater();
        next.widget = fresh;
        shown = next;
    }

    /// Dozens of widgets anew at every step of a search would cost a frame.
    void reword(Sections& shown, const QVector<InspectorContent::Section>& content)
    {
        for (int i = 0; i < content.size(); ++i) {
            shown.titles[i]->setText(titleOf(content[i]));
            if (shown.asides[i])
                shown.asides[i]->setText(asideOf(content[i]));
            for (int row = 0; row < content[i].rows.size(); ++row)
                shown.values[i][row]->setValue(content[i].rows[row].second);
        }
        shown.content = content;
    }

    /// At most two fifths of the panel.
    int keyWidth(const InspectorContent& content) const
    {
        int width = 60;
        for (const auto& section : content.sections + content.details)
            for (const auto& row : section.rows)
                width = std::max(width, q->fontMetrics().horizontalAdvance(row.first) + 2);
        return std::min(width, std::max(80, q->width() * 2 / 5));
    }

    void applyTheme()
    {
        const Theme& theme = Theme::of(q->palette());
        refusalIcon->setPixmap(iconPixmap(QStringLiteral("warning"), theme.tooClose, 16, q->devicePixelRatioF()));
    }
};

Inspector::Inspector(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>())
{
    m_impl->q = this;
    m_impl->build();
    m_impl->applyTheme();
    setMinimumWidth(200);
    setAccessibleName(tr("Inspector"));
    setContent({});
}

Inspector::~Inspector() = default;

void Inspector::setContent(const InspectorContent& content)
{
    Impl& d = *m_impl;
    const bool nothing = content.title.isEmpty();
    d.empty->setVisible(nothing);
    d.title->setText(content.title);
    d.title->setVisible(!nothing);
    d.subtitle->setText(content.subtitle);
    d.subtitle->setVisible(!content.subtitle.isEmpty());
    d.draft->setVisible(!nothing && content.editable);
    d.reason->setText(content.notEditableReason);
    d.reason->setVisible(!nothing && !content.editable && !content.notEditableReason.isEmpty());
    d.source->setText(content.sourceText);
    d.source->setVisible(!nothing && !content.sourceText.isEmpty());
    d.refusal->setVisible(!nothing && !content.refusal.isEmpty());
    d.refusalText->setValue(content.refusal);

    d.precision->setValue(content.precision ? valueOf(*content.precision) : QString());
    d.precision->setOptionEnabled(QStringLiteral("inherit"), !content.inherited,
        content.inherited ? tr("Nothing is set on this op itself") : tr("Take back what is set on this op itself"));
    d.lock->setChecked(content.locked);
    const int keyWidth = d.keyWidth(content);
    d.showSections(d.sections, content.sections, keyWidth);
    d.showSections(d.details, content.details, keyWidth);
}

RangeView* Inspector::rangeView()
{
    return m_impl->range;
}

void Inspector::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_impl->applyTheme();
}

} // namespace octet::widgets
