// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/capability_view.h"

#include "widgets/flat_header.h"
#include "widgets/main_part.h"
#include "widgets/panel.h"
#include "widgets/precision_badge.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

enum Column { Work, Asked, RunsIn, IsaColumn, Kernel, Remark, ColumnCount };
constexpr int precisionRole = Qt::UserRole + 1;
constexpr int refusedRole = Qt::UserRole + 2;

QString q(const std::string& text)
{
    return QString::fromStdString(text);
}

QString cacheSize(long long bytes)
{
    return bytes >= (1 << 20) ? QStringLiteral("%1 MiB").arg(plainNumber(double(bytes) / (1 << 20), 1))
                              : QStringLiteral("%1 KiB").arg(bytes >> 10);
}

/// Two lines where the remark needs them; precisions in their colours.
class FactDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {40, 2 * QFontMetrics(option.font).height() + 10};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = Theme::of(option.palette);
        painter->save();
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect, theme.selectedRow);
        painter->setPen(theme.grid);
        painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
        const QVariant precision = index.data(precisionRole);
        painter->setFont(precision.isValid() ? strongFont(option.font) : option.font);
        painter->setPen(precision.isValid()          ? precisionColour(theme, Precision(precision.toInt()))
                : index.data(refusedRole).toBool()   ? theme.misses
                : index.column() == Remark           ? theme.secondary
                                                     : theme.text);
        painter->drawText(option.rect.adjusted(8, 2, -8, -2), int(Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap),
            index.data().toString());
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(QPen(theme.text, 1, Qt::DotLine));
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
        painter->restore();
    }
};

QLabel* label(const QString& text, bool quiet)
{
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (quiet)
        label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace

CapabilityView::CapabilityView(QWidget* parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget)
    , m_model(new QStandardItemModel(0, ColumnCount, this))
{
    auto* columns = new QSplitter;
    columns->setHandleWidth(4);
    columns->setChildrenCollapsible(false);
    columns->addWidget(makeMachine());
    columns->addWidget(makeKernels());
    columns->setStretchFactor(1, 1);
    columns->setSizes({400, 1200});
    auto* empty = new QWidget;
    auto* middle = new QVBoxLayout(empty);
    m_empty = label({}, true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_action = new QPushButton;
    m_action->setObjectName(QStringLiteral("capabilityAction"));
    middle->addStretch();
    middle->addWidget(m_empty);
    middle->addWidget(m_action, 0, Qt::AlignHCenter);
    middle->addStretch();
    connect(m_action, &QPushButton::clicked, this, &CapabilityView::actionRequested);
    m_stack->addWidget(columns);
    m_stack->addWidget(empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    setMainPart(this, m_cap);
    setEmpty({}, {});
}

QWidget* CapabilityView::makeMachine()
{
    m_machine = new Panel(tr("This machine"));
    auto* content = new QWidget;
    m_facts = new QGridLayout;
    m_facts->setHorizontalSpacing(14);
    m_facts->setVerticalSpacing(6);
    m_facts->setColumnStretch(1, 1);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(12, 10, 12, 10);
    column->addLayout(m_facts);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    scroll->setAccessibleName(tr("Facts of this machine"));
    for (QWidget* ground : {content, scroll->viewport()})
        ground->setAutoFillBackground(false); // the panel's
    m_machine->body()->addWidget(scroll);
    return m_machine;
}

QWidget* CapabilityView::makeKernels()
{
    m_kernels = new Panel(tr("What would run"));
    m_cap = new Segmented;
    m_cap->setObjectName(QStringLiteral("cap"));
    m_cap->setAccessibleName(tr("ISA cap, as a what-if"));
    m_cap->setOptions({{QStringLiteral("avx2"), QStringLiteral("avx2"), tr("As on a CPU before Skylake-SP")},
        {QStringLiteral("avx512"), QStringLiteral("avx512"), tr("As on Skylake-SP")},
        {QStringLiteral("vnni"), QStringLiteral("vnni"), tr("As on Cascade Lake and Ice Lake; Cooper Lake with bf16")},
        {QStringLiteral("amx"), QStringLiteral("amx"), tr("As on Sapphire Rapids and newer")}});
    m_kernels->header()->addWidget(label(tr("Up to"), true));
    m_kernels->header()->addWidget(m_cap);
    connect(m_cap, &Segmented::valueChanged, this, &CapabilityView::showCap);

    m_model->setHorizontalHeaderLabels({tr("Work"), tr("Asked"), tr("Runs in"), tr("ISA"), tr("Kernel"), tr("Remark")});
    m_table = new QTreeView;
    m_table->setObjectName(QStringLiteral("kernels"));
    m_table->setAccessibleName(tr("Kernels under this cap"));
    m_table->setModel(m_model);
    m_table->setHeader(new FlatHeader(m_table));
    m_table->setItemDelegate(new FactDelegate(m_table));
    m_table->setRootIsDecorated(false);
    m_table->setItemsExpandable(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->header()->setSortIndicatorShown(false);
    m_table->header()->setStretchLastSection(true);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    const std::pair<int, int> widths[] = {{Work, 24}, {Asked, 8}, {RunsIn, 9}, {IsaColumn, 10}, {Kernel, 32}};
    for (const auto& [column, digits] : widths)
        m_table->setColumnWidth(column, digits * unit);
    m_sentence = label({}, true);
    m_sentence->setObjectName(QStringLiteral("capSentence"));
    m_sentence->setContentsMargins(12, 8, 12, 10);
    m_kernels->body()->addWidget(m_table, 1);
    m_kernels->body()->addWidget(m_sentence);
    return m_kernels;
}

void CapabilityView::setEmpty(const QString& text, const QString& action)
{
    m_empty->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_stack->setCurrentIndex(1);
}

void CapabilityView::setCapability(const Capability& capability)
{
    const bool first = !hasCapability();
    m_capability = capability;
    m_stack->setCurrentIndex(0);
    fillMachine();
    for (const CapFacts& facts : capability.caps)
        m_cap->setOptionText(
            q(facts.cap), facts.cap == facts.isa ? q(facts.cap) : tr("%1 (not here)").arg(q(facts.cap)));
    if (first || m_cap->value().isEmpty())
        m_cap->setValue(m_workloadCap.isEmpty() ? q(capability.machine.isa) : m_workloadCap);
    showCap();
}

void CapabilityView::setWorkloadCap(const QString& cap)
{
    if (cap == m_workloadCap)
        return;
    m_workloadCap = cap;
    if (!hasCapability())
        return;
    m_cap->setValue(cap.isEmpty() ? q(m_capability.machine.isa) : cap);
    showCap();
}

QString CapabilityView::shownCap() const
{
    return m_cap->value();
}

void CapabilityView::fillMachine()
{
    while (QLayoutItem* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    const auto add = [&](const QString& name, const QString& value) {
        m_facts->addWidget(label(name, true), row, 0, Qt::AlignTop);
        m_facts->addWidget(label(value, false), row++, 1);
    };
    const auto title = [&](const QString& text) {
        auto* head = label(text, false);
        head->setFont(strongFont(head->font()));
        head->setContentsMargins(0, row == 0 ? 0 : 10, 0, 0);
        m_facts->addWidget(head, row++, 0, 1, 2);
    };
    const Machine& machine = m_capability.machine;
    title(q(machine.cpu));
    add(tr("Cores"), tr("%1, %2 logical CPUs may be used").arg(machine.cores).arg(m_capability.logicalCpus));
    add(tr("Widest ISA"), q(machine.isa));
    if (m_capability.virtualMachine)
        add(tr("Kind"), tr("A virtual machine: its cores and caches are shared with others, so timings are less steady"));
    title(tr("Caches"));
    for (const CpuCache& cache : m_capability.caches)
        add(q(cache.name),
            cache.sharedBy > 1 ? tr("%1, shared by %2 CPUs").arg(cacheSize(cache.bytes)).arg(cache.sharedBy)
                               : cacheSize(cache.bytes));
    if (m_capability.caches.empty())
        add(tr("Sizes"), tr("The system does not tell."));
    title(tr("Instructions"));
    for (const CpuFeature& feature : m_capability.features)
        add(q(feature.name), tr("%1: %2").arg(feature.has ? tr("yes") : tr("no"), q(feature.use)));
    title(tr("Versions"));
    for (const auto& [name, version] : m_capability.versions)
        add(name == "onednn" ? QStringLiteral("oneDNN") : QStringLiteral("Octet"), q(version));
}

void CapabilityView::showCap()
{
    m_model->removeRows(0, m_model->rowCount());
    const QString cap = m_cap->value();
    const auto facts = std::find_if(m_capability.caps.begin(), m_capability.caps.end(),
        [&](const CapFacts& one) { return q(one.cap) == cap; });
    if (facts == m_capability.caps.end())
        return;
    bool seven = false;
    QString before;
    for (const KernelFact& fact : facts->kernels) {
        QList<QStandardItem*> row;
        for (const QString& text : {q(fact.work) == before ? QString() : q(fact.work), q(toString(fact.asked)),
                 q(toString(fact.executed)), q(fact.isa), q(fact.kernel), q(fact.reason)})
            row << new QStandardItem(text);
        before = q(fact.work);
        row[Work]->setData(q(fact.work), Qt::AccessibleTextRole);
        row[Asked]->setData(int(fact.asked), precisionRole);
        row[RunsIn]->setData(int(fact.executed), precisionRole);
        row[Remark]->setData(fact.executed != fact.asked || fact.sevenBitWeights, refusedRole);
        row[Remark]->setToolTip(row[Remark]->text());
        row[Kernel]->setToolTip(row[Kernel]->text());
        m_model->appendRow(row);
        seven = seven || fact.sevenBitWeights;
    }
    QStringList sentences;
    if (facts->isa != facts->cap)
        sentences << tr("This CPU has no %1: what runs is %2.").arg(cap, q(facts->isa));
    sentences << (seven ? tr("8-bit weights are forced to 7 bits under this cap, which costs accuracy, too.")
                        : tr("All 8 bits of the weights are used under this cap."));
    sentences << tr("Timings are only ever of this machine: a cap leaves instructions out, but clock, caches and memory "
                    "stay those of this CPU. A figure under a cap is no figure of an older CPU.");
    sentences << (m_workloadCap.isEmpty() ? tr("The workload has no cap.")
                                          : tr("The workload is capped to %1.").arg(m_workloadCap))
            + QLatin1Char(' ') + tr("It is set beside the plot; here it is only asked.");
    m_sentence->setText(sentences.join(QLatin1Char(' ')));
    m_kernels->setNote(facts->isa == facts->cap ? QString() : tr("as with %1").arg(q(facts->isa)));
}

} // namespace octet::widgets
