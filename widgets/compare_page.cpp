// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_page.h"

#include "widgets/compare_answers_panel.h"
#include "widgets/elided.h"
#include "widgets/flat_header.h"
#include "widgets/compare_delegate.h"
#include "widgets/compare_where.h"
#include "widgets/icons.h"
#include "widgets/label_colour.h"
#include "widgets/panel.h"
#include "widgets/scrolled.h"
#include "widgets/theme.h"
#include "widgets/verdict_chip.h"
#include "widgets/words.h"
#include "widgets/wrap_layout.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSplitter>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

void clear(QLayout* layout)
{
    while (QLayoutItem* item = layout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

QWidget* factWidget(const CompareContent::Fact& fact, const Theme& theme)
{
    auto* widget = new QWidget;
    auto* column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* title = new QLabel(fact.title);
    title->setForegroundRole(QPalette::PlaceholderText);
    auto* value = new QLabel(fact.value); // the key figure is never cut
    QFont font = strongFont(value->font());
    font.setPointSizeF(font.pointSizeF() + 1.5);
    value->setFont(font);
    value->setAccessibleName(fact.title + QStringLiteral(": ") + fact.value + QLatin1Char(' ') + fact.detail);
    if (fact.tone != 0)
        setTextColour(value, fact.tone > 0 ? theme.meets : theme.misses);
    auto* detail = new ElidedLabel(fact.doubt.isEmpty() ? fact.detail : ComparePage::tr("not to be trusted"));
    detail->setForegroundRole(QPalette::PlaceholderText);
    detail->setVisible(!detail->text().isEmpty());
    if (!fact.doubt.isEmpty()) {
        detail->setObjectName(QStringLiteral("doubt"));
        setTextColour(detail, theme.tooClose);
        detail->setToolTip(fact.doubt);
        value->setToolTip(fact.doubt);
        value->setAccessibleDescription(fact.doubt);
    }
    column->addWidget(title);
    column->addWidget(value);
    column->addWidget(detail);
    column->addStretch(1);
    return widget;
}

/// In a second line where they do not fit beside each other.
void showFacts(WrapLayout* row, const QVector<CompareContent::Fact>& facts, const QPalette& palette)
{
    clear(row);
    for (const CompareContent::Fact& fact : facts)
        row->addWidget(factWidget(fact, Theme::of(palette)));
}

} // namespace

struct ComparePage::Impl
{
    struct Side
    {
        Panel* panel = nullptr;
        QComboBox* trial = nullptr;
        WrapLayout* facts = nullptr;
        VerdictChip* verdict = nullptr;
    };
    explicit Impl(ComparePage* page)
        : q(page)
    {
    }
    Side makeSide(const QString& letter);
    void build();
    QWidget* buildOps();
    void showSides();
    void showOps();
    void chosen();

    ComparePage* q;
    CompareContent content;
    Side a, b;
    QToolButton* swap = nullptr;
    Panel *difference = nullptr, *opsPanel = nullptr, *settingsPanel = nullptr, *wherePanel = nullptr;
    CompareWhere* where = nullptr;
    WrapLayout* differenceFacts = nullptr;
    CompareOpsModel* ops = nullptr;
    CompareAnswersPanel* answers = nullptr;
    CompareFilter* opsFilter = nullptr;
    QTreeView* opsTable = nullptr;
    QCheckBox* differencesOnly = nullptr;
    QLabel *opsNote = nullptr, *settings = nullptr;
};

ComparePage::Impl::Side ComparePage::Impl::makeSide(const QString& letter)
{
    Side side;
    side.panel = new Panel(letter);
    side.trial = new QComboBox;
    side.trial->setObjectName(QStringLiteral("trial") + letter);
    side.trial->setAccessibleName(ComparePage::tr("Trial %1").arg(letter));
    side.trial->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    side.trial->setMinimumContentsLength(16);
    side.panel->header()->addWidget(side.trial, 1);
    side.panel->header()->setStretch(1, 0); // the note has nothing to say here
    side.verdict = new VerdictChip;
    side.verdict->setObjectName(QStringLiteral("verdict") + letter);
    side.facts = new WrapLayout;
    side.facts->setContentsMargins(12, 8, 0, 0);
    side.facts->setSpacing(24);
    auto* row = new QHBoxLayout;
    row->addLayout(side.facts, 1);
    row->addWidget(side.verdict, 0, Qt::AlignBottom);
    row->setContentsMargins(0, 0, 12, 10);
    side.panel->body()->addLayout(row);
    connect(side.trial, &QComboBox::activated, q, [this] { chosen(); });
    return side;
}

void ComparePage::Impl::chosen()
{
    emit q->sidesChosen(a.trial->currentData().toInt(), b.trial->currentData().toInt());
}

void ComparePage::Impl::build()
{
    a = makeSide(QStringLiteral("A"));
    b = makeSide(QStringLiteral("B"));
    swap = new QToolButton;
    swap->setObjectName(QStringLiteral("swap"));
    swap->setAccessibleName(ComparePage::tr("Swap A and B"));
    swap->setToolTip(ComparePage::tr("Swap A and B"));
    connect(swap, &QToolButton::clicked, q, [this] { emit q->sidesChosen(content.b, content.a); });
    difference = new Panel(ComparePage::tr("B instead of A"));
    differenceFacts = new WrapLayout;
    differenceFacts->setContentsMargins(12, 8, 12, 8);
    differenceFacts->setSpacing(24);
    difference->body()->addLayout(differenceFacts);
    auto* top = new QHBoxLayout;
    top->setSpacing(4);
    top->addWidget(a.panel, 3);
    top->addWidget(swap);
    top->addWidget(b.panel, 3);
    top->addWidget(difference, 4);

    settingsPanel = new Panel(ComparePage::tr("Settings that differ"));
    settings = new QLabel;
    settings->setObjectName(QStringLiteral("settings"));
    settings->setTextFormat(Qt::PlainText);
    settings->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    settings->setWordWrap(true);
    settings->setContentsMargins(12, 8, 12, 8);
    settings->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    settingsPanel->body()->addWidget(scrolled(settings), 1);
    auto* left = new QSplitter(Qt::Vertical);
    auto* below = new QSplitter(Qt::Horizontal);
    where = new CompareWhere;
    connect(where, &CompareWhere::nodeSelected, q, &ComparePage::nodeSelected);
    wherePanel = new Panel(ComparePage::tr("Where they differ"));
    wherePanel->body()->addWidget(where);
    below->addWidget(wherePanel);
    below->addWidget(settingsPanel);
    below->setSizes({400, 320});
    left->addWidget(buildOps());
    left->addWidget(below);
    left->setSizes({420, 400});
    auto* columns = new QSplitter(Qt::Horizontal);
    columns->addWidget(left);
    answers = new CompareAnswersPanel;
    columns->addWidget(answers);
    columns->setSizes({720, 860});
    for (QSplitter* splitter : {below, left, columns}) {
        splitter->setHandleWidth(4);
        splitter->setChildrenCollapsible(false);
    }
    auto* layout = new QVBoxLayout(q);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(columns, 1);
}

QWidget* ComparePage::Impl::buildOps()
{
    opsPanel = new Panel(ComparePage::tr("Products that differ"));
    differencesOnly = new QCheckBox(ComparePage::tr("Differences only"));
    differencesOnly->setObjectName(QStringLiteral("differencesOnly"));
    differencesOnly->setChecked(true);
    auto* find = new QLineEdit;
    find->setObjectName(QStringLiteral("findOp"));
    find->setPlaceholderText(ComparePage::tr("Find"));
    find->setAccessibleName(ComparePage::tr("Find products"));
    find->setClearButtonEnabled(true);
    find->setMaximumWidth(180);
    opsPanel->header()->addWidget(differencesOnly);
    opsPanel->header()->addWidget(find);
    ops = new CompareOpsModel(q);
    opsFilter = new CompareFilter(CompareOpsModel::DiffersRole, q);
    opsFilter->setSourceModel(ops);
    opsFilter->setSortRole(CompareOpsModel::SortRole);
    opsFilter->setWanted(true);
    opsTable = compareTable(QStringLiteral("ops"), ComparePage::tr("Products that differ"), opsFilter);
    takeRoom(opsTable, CompareOpsModel::Product, 24);
    const int unit = q->fontMetrics().horizontalAdvance(QLatin1Char('0'));
    for (const int column : {CompareOpsModel::A, CompareOpsModel::B})
        opsTable->setColumnWidth(column, 8 * unit);
    for (const int column : {CompareOpsModel::MsA, CompareOpsModel::MsB})
        opsTable->setColumnWidth(column, 9 * unit);
    opsTable->setColumnWidth(CompareOpsModel::Difference, 12 * unit);
    opsTable->setColumnWidth(CompareOpsModel::OwnError, 18 * unit);
    opsTable->setColumnWidth(CompareOpsModel::Settings, 20 * unit);
    // In the order of the model's nodes until a header is clicked.
    opsTable->sortByColumn(-1, Qt::AscendingOrder);
    opsNote = new ElidedLabel;
    opsNote->setObjectName(QStringLiteral("opsNote"));
    opsNote->setForegroundRole(QPalette::PlaceholderText);
    opsNote->setContentsMargins(12, 6, 12, 6);
    opsPanel->body()->addWidget(opsTable, 1);
    opsPanel->body()->addWidget(opsNote);
    connect(differencesOnly, &QCheckBox::toggled, q, [this](bool on) {
        opsFilter->setWanted(on ? QVariant(true) : QVariant());
        showOps();
    });
    connect(find, &QLineEdit::textChanged, q, [this](const QString& words) { opsFilter->setWords(words); });
    connect(opsTable->selectionModel(), &QItemSelectionModel::currentRowChanged, q, [this](const QModelIndex& index) {
        if (index.isValid())
            emit q->nodeSelected(index.data(CompareOpsModel::NodeRole).toString());
    });
    return opsPanel;
}

void ComparePage::Impl::showSides()
{
    const auto fill = [this](QComboBox* box, int trial) {
        box->clear();
        for (const CompareContent::Choice& choice : content.choices)
            box->addItem(choice.name, choice.trial);
        box->setCurrentIndex(box->findData(trial));
        box->setToolTip(box->currentText()); // a long name is cut
    };
    fill(a.trial, content.a);
    fill(b.trial, content.b);
    showFacts(a.facts, content.factsA, q->palette());
    showFacts(b.facts, content.factsB, q->palette());
    showFacts(differenceFacts, content.difference, q->palette());
    difference->setNote(content.samplesNote);
    a.verdict->setVerdict(content.verdictA);
    b.verdict->setVerdict(content.verdictB);
    swap->setIcon(icon(QStringLiteral("compare"), q->palette()));
    QStringList lines;
    for (const CompareContent::Setting& setting : content.settings)
        lines << setting.title + QStringLiteral("\n    A   ") + setting.a + QStringLiteral("\n    B   ") + setting.b;
    if (!content.sameSettings.isEmpty())
        lines << ComparePage::tr("The same: %1").arg(content.sameSettings);
    settings->setText(lines.join(QStringLiteral("\n\n")));
    settingsPanel->setNote(content.settings.isEmpty() ? ComparePage::tr("none") : grouped(content.settings.size()));
}

void ComparePage::Impl::showOps()
{
    long differing = 0;
    double msA = 0, msB = 0;
    bool timed = true;
    for (const CompareContent::Op& op : content.ops)
        if (op.differs()) {
            ++differing;
            timed = timed && op.aMs >= 0 && op.bMs >= 0;
            msA += op.aMs;
            msB += op.bMs;
        }
    opsPanel->setNote(ComparePage::tr("%1 of %2").arg(grouped(differing), grouped(content.ops.size())));
    opsNote->setText(content.ops.isEmpty() ? ComparePage::tr("No products are recorded for these two.")
            : differing == 0               ? ComparePage::tr("Every product runs the same way in both.")
            : timed                        ? ComparePage::tr("The products that differ: %1 ms in A, %2 ms in B.")
                          .arg(msA, 0, 'f', 3)
                          .arg(msB, 0, 'f', 3)
                    : QString());
    opsNote->setVisible(!opsNote->text().isEmpty());
    opsTable->setColumnHidden(CompareOpsModel::OwnError,
        std::none_of(content.ops.begin(), content.ops.end(), [](const auto& op) { return op.ownError.has_value(); }));
    where->setContent(content);
    wherePanel->setVisible(!content.parts.isEmpty());
    opsTable->setColumnHidden(CompareOpsModel::Settings,
        std::none_of(content.ops.begin(), content.ops.end(), [](const auto& op) { return !op.settings.isEmpty(); }));
}

ComparePage::ComparePage(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    m_impl->build();
    setContent({});
}

ComparePage::~ComparePage() = default;

void ComparePage::setContent(const CompareContent& content)
{
    m_impl->content = content;
    m_impl->ops->setOps(content.ops);
    m_impl->answers->setContent(content);
    m_impl->showSides();
    m_impl->showOps();
}

CompareOpsModel* ComparePage::opsModel() const
{
    return m_impl->ops;
}

CompareAnswersModel* ComparePage::answersModel() const
{
    return m_impl->answers->model();
}

void ComparePage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_impl->swap)
        m_impl->showSides();
}

} // namespace octet::widgets
