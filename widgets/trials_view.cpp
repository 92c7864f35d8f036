// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trials_view.h"

#include "widgets/elided.h"
#include "widgets/icons.h"
#include "widgets/label_colour.h"
#include "widgets/main_part.h"
#include "widgets/theme.h"
#include "widgets/trials_columns.h"
#include "widgets/trials_copy.h"
#include "widgets/trials_proxy.h"
#include "widgets/trials_table.h"
#include "widgets/words.h"
#include "widgets/wrap_layout.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

struct TrialsView::Impl
{
    explicit Impl(TrialsView* view)
        : q(view)
    {
    }
    void build();
    void buildColumnsMenu();
    void connectAll();
    void applyTheme();
    void sizeColumns();
    void applyFilter();
    void updateCounts();
    void showSelection();
    int trialOf(const QModelIndex& index) const { return index.data(TrialsModel::TrialIdRole).toInt(); }

    TrialsView* q;
    TrialsModel* model = nullptr;
    TrialsProxy* proxy = nullptr;
    TrialsTable* table = nullptr;
    QLineEdit* filter = nullptr;
    QAction* searchIcon = nullptr;
    QCheckBox* frontierOnly = nullptr;
    QLabel* message = nullptr;
    QLabel* errorLabel = nullptr;
    QLabel* selectedLabel = nullptr;
    WrapLayout* tools = nullptr;
    QPushButton* copyButton = nullptr;
    QPushButton* columnsButton = nullptr;
    QVector<QAction*> columnActions; // by column
    QString filterError;
    int selected = 0;
    int hovered = 0;
    bool quiet = false; // we change the selection, not the user
    bool speaking = false; // the table moved by itself
};

void TrialsView::Impl::build()
{
    filter = new QLineEdit;
    filter->setObjectName(QStringLiteral("filter"));
    filter->setPlaceholderText(QStringLiteral("Filter, for example ms<2.5"));
    filter->setAccessibleName(QStringLiteral("Filter trials"));
    filter->setToolTip(
        QStringLiteral("Words of the name, or # right ms speed int8 diff name state goal with < <= > >= = !="));
    filter->setClearButtonEnabled(true);
    filter->setMaximumWidth(320);
    filter->setMinimumWidth(140);
    searchIcon = filter->addAction(QIcon(), QLineEdit::LeadingPosition);
    searchIcon->setText(QStringLiteral("Filter"));
    frontierOnly = new QCheckBox(QStringLiteral("Frontier only"));
    frontierOnly->setObjectName(QStringLiteral("frontierOnly"));
    message = new ElidedLabel;
    message->setObjectName(QStringLiteral("message"));
    message->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    message->setForegroundRole(QPalette::PlaceholderText);
    errorLabel = new QLabel;
    errorLabel->setObjectName(QStringLiteral("filterError"));
    errorLabel->setWordWrap(true);
    errorLabel->setContentsMargins(10, 0, 10, 6);
    errorLabel->hide();
    selectedLabel = new QLabel;
    selectedLabel->setForegroundRole(QPalette::PlaceholderText);
    copyButton = new QPushButton(QStringLiteral("Copy"));
    copyButton->setObjectName(QStringLiteral("copy"));
    columnsButton = new QPushButton(QStringLiteral("Columns"));
    columnsButton->setObjectName(QStringLiteral("columns"));

    proxy = new TrialsProxy(q);
    proxy->setSourceModel(model);
    // Before the view hears of it: it moves the current row to a neighbour, which is nobody's choice.
    QObject::connect(proxy, &QAbstractItemModel::rowsAboutToBeRemoved, q, [this] { quiet = true; });
    table = new TrialsTable;
    table->setAccessibleName(QStringLiteral("Trials"));
    table->setModel(proxy);
    table->setSortingEnabled(true);
    table->sortByColumn(TrialsModel::Id, Qt::DescendingOrder);

    tools = new WrapLayout;
    tools->setContentsMargins(8, 6, 8, 6);
    tools->setSpacing(8);
    tools->addWidget(filter);
    tools->addWidget(frontierOnly);
    tools->addWidget(message);
    tools->addWidget(selectedLabel);
    tools->addWidget(copyButton);
    tools->addWidget(columnsButton);
    auto* layout = new QVBoxLayout(q);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(tools);
    layout->addWidget(errorLabel);
    layout->addWidget(table, 1);

    auto* copyMenu = new QMenu(copyButton);
    const auto addCopy = [&](const QString& text, CopyFormat format) {
        QObject::connect(copyMenu->addAction(text), &QAction::triggered, q,
            [this, format] { QApplication::clipboard()->setText(q->asText(format)); });
    };
    addCopy(QStringLiteral("As table (tabs)\tCtrl+C"), CopyFormat::Tsv);
    addCopy(QStringLiteral("As CSV"), CopyFormat::Csv);
    addCopy(QStringLiteral("As Markdown"), CopyFormat::Markdown);
    copyButton->setMenu(copyMenu);

    buildColumnsMenu();
}

void TrialsView::Impl::buildColumnsMenu()
{
    auto* menu = new QMenu(columnsButton);
    for (int column = 0; column < TrialsModel::ColumnCount; ++column) {
        const TrialsColumn& info = trialsColumn(column);
        QAction* action = menu->addAction(column == TrialsModel::Id ? QStringLiteral("Number")
                : info.title.isEmpty()                                    ? info.explained
                                                                          : info.title);
        action->setToolTip(info.explained);
        action->setCheckable(true);
        action->setVisible(column != TrialsModel::Name);
        QObject::connect(action, &QAction::toggled, q, [this, column](bool on) { table->setWanted(column, on); });
        QObject::connect(action, &QAction::triggered, q, &TrialsView::shownColumnsChanged);
        columnActions.append(action);
    }
    menu->addSeparator();
    QObject::connect(menu->addAction(QStringLiteral("Columns as at first")), &QAction::triggered, q, [this] {
        q->setShownColumns({});
        emit q->shownColumnsChanged();
    });
    menu->setToolTipsVisible(true);
    columnsButton->setMenu(menu);
    table->header()->setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(table->header(), &QWidget::customContextMenuRequested, menu,
        [this, menu](const QPoint& at) { menu->popup(table->header()->mapToGlobal(at)); });
    q->setShownColumns({});
}

void TrialsView::Impl::connectAll()
{
    QObject::connect(filter, &QLineEdit::textChanged, q, [this] { applyFilter(); });
    QObject::connect(filter, &QLineEdit::returnPressed, q, [this] { table->setFocus(); });
    QObject::connect(frontierOnly, &QCheckBox::toggled, q, [this](bool on) {
        proxy->setFrontierOnly(on);
        updateCounts();
        showSelection();
    });
    QObject::connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, q, [this] { updateCounts(); });
    QObject::connect(
        table->selectionModel(), &QItemSelectionModel::currentRowChanged, q, [this](const QModelIndex& current) {
            if (quiet || !current.isValid())
                return;
            selected = trialOf(current);
            // Whoever hears it may set it here again; rows that are being added to a selection must not be lost by that.
            speaking = true;
            emit q->trialSelected(selected);
            speaking = false;
        });
    // A click on the current row says it again: the selection may have moved elsewhere in between.
    QObject::connect(table, &QTreeView::clicked, q, [this](const QModelIndex& index) {
        if (trialOf(index) != selected) {
            selected = trialOf(index);
            emit q->trialSelected(selected);
        }
    });
    // Not QTreeView::activated: some styles send it for a single click.
    QObject::connect(table, &TrialsTable::enterPressed, q,
        [this](const QModelIndex& index) { emit q->trialActivated(trialOf(index)); });
    QObject::connect(table, &QTreeView::doubleClicked, q, [this](const QModelIndex& index) {
        if (index.column() != TrialsModel::Pin)
            emit q->trialActivated(trialOf(index));
    });
    QObject::connect(table, &QTreeView::entered, q, [this](const QModelIndex& index) {
        if (trialOf(index) != hovered)
            emit q->trialHovered(hovered = trialOf(index));
    });
    QObject::connect(table, &TrialsTable::left, q, [this] {
        if (hovered != 0)
            emit q->trialHovered(hovered = 0);
    });
    QObject::connect(table, &TrialsTable::pinToggled, q, [this](const QModelIndex& index) {
        emit q->pinRequested(trialOf(index), !index.data(TrialsModel::PinnedRole).toBool());
    });
    QObject::connect(table, &TrialsTable::copyRequested, q,
        [this] { QApplication::clipboard()->setText(q->asText(CopyFormat::Tsv)); });
    QObject::connect(table, &QTreeView::customContextMenuRequested, q, [this](const QPoint& pos) {
        const QModelIndex index = table->indexAt(pos);
        emit q->contextMenuRequested(index.isValid() ? trialOf(index) : 0, table->viewport()->mapToGlobal(pos));
    });
    QObject::connect(proxy, &QAbstractItemModel::rowsInserted, q, [this] {
        updateCounts();
        showSelection();
    });
    QObject::connect(proxy, &QAbstractItemModel::rowsRemoved, q, [this] {
        quiet = false;
        updateCounts();
        showSelection();
    });
    QObject::connect(proxy, &QAbstractItemModel::modelReset, q, [this] {
        updateCounts();
        showSelection();
    });
    QObject::connect(model, &QAbstractItemModel::headerDataChanged, q, [this] { sizeColumns(); });
    QObject::connect(model, &QAbstractItemModel::dataChanged, q, [this] { table->viewport()->update(); });
}

void TrialsView::Impl::applyTheme()
{
    const QPalette palette = q->palette();
    searchIcon->setIcon(icon(QStringLiteral("search"), palette));
    const QFont font = smallFont(q->font());
    table->setFont(font);
    table->header()->setFont(font);
    sizeColumns();
    updateCounts();
}

void TrialsView::Impl::sizeColumns()
{
    const QFontMetrics metrics(table->font());
    QHeaderView* header = table->header();
    header->setStretchLastSection(false);
    for (int column = 0; column < TrialsModel::ColumnCount; ++column) {
        header->setSectionResizeMode(
            column, column == TrialsModel::Name ? QHeaderView::Fixed : QHeaderView::Interactive);
        const QString title = model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const int widest = std::max(
            metrics.horizontalAdvance(trialsColumn(column).widest), metrics.horizontalAdvance(title + QLatin1Char('0')));
        if (column != TrialsModel::Name)
            header->resizeSection(column, std::max(28, widest + 16));
    }
    const int chip = QFontMetrics(strongFont(table->font())).horizontalAdvance(QStringLiteral("Not allowed")) + 48;
    header->resizeSection(TrialsModel::GoalVerdict, std::max(header->sectionSize(TrialsModel::GoalVerdict), chip));
    table->setYielding({TrialsModel::WorseBetter, TrialsModel::Speed, TrialsModel::Int8, TrialsModel::Difference});
    table->setNameColumn(TrialsModel::Name, metrics.horizontalAdvance(QStringLiteral("Static, 12 products in fp32")));
}

void TrialsView::Impl::applyFilter()
{
    proxy->setFilter(TrialFilter::parse(filter->text(), &filterError));
    updateCounts();
    showSelection();
}

void TrialsView::Impl::updateCounts()
{
    setTextColour(errorLabel, Theme::of(q->palette()).misses);
    errorLabel->setText(filterError);
    errorLabel->setVisible(!filterError.isEmpty());
    const bool narrowed = !filter->text().trimmed().isEmpty() || frontierOnly->isChecked();
    message->setText(narrowed && filterError.isEmpty()
            ? QStringLiteral("%1 of %2 shown").arg(proxy->rowCount()).arg(model->rowCount())
            : QString());
    const qsizetype count = table->selectionModel()->selectedRows().size();
    selectedLabel->setText(count > 0 ? QStringLiteral("%1 selected").arg(count) : QString());
    table->setEmptyText(model->rowCount() == 0 ? QStringLiteral("No trials yet. Measure the baseline, F5")
                                               : QStringLiteral("No trial matches the filter."));
}

void TrialsView::Impl::showSelection()
{
    if (speaking)
        return;
    const int row = model->rowOf(selected);
    const QModelIndex index = row < 0 ? QModelIndex() : proxy->mapFromSource(model->index(row, 0));
    QItemSelectionModel* selection = table->selectionModel();
    if (index.isValid() && selection->isSelected(index) && selection->currentIndex().row() == index.row())
        return;
    quiet = true;
    if (index.isValid()) {
        selection->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        table->scrollTo(index);
    } else {
        selection->clear();
    }
    quiet = false;
    updateCounts();
}

TrialsView::TrialsView(TrialsModel* model, QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_impl->model = model;
    m_impl->build();
    m_impl->connectAll();
    m_impl->applyTheme();
    setMainPart(this, m_impl->table);
}

TrialsView::~TrialsView() = default;

void TrialsView::addTool(QAction* action, const QString& text)
{
    auto* button = new QPushButton(text);
    button->setObjectName(QStringLiteral("tool%1").arg(text).remove(QLatin1Char('.')));
    const auto follow = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
        button->setIcon(action->icon());
    };
    connect(action, &QAction::changed, button, follow);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    follow();
    // Before what is done with the table.
    QLayoutItem* columns = m_impl->tools->takeAt(m_impl->tools->count() - 1);
    QLayoutItem* copy = m_impl->tools->takeAt(m_impl->tools->count() - 1);
    m_impl->tools->addWidget(button);
    m_impl->tools->addItem(copy);
    m_impl->tools->addItem(columns);
    setTabOrder(m_impl->frontierOnly, button);
}

void TrialsView::setSelectedTrial(int trial)
{
    m_impl->selected = trial;
    m_impl->showSelection();
}

QVector<int> TrialsView::selectedTrials() const
{
    QModelIndexList rows = m_impl->table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(), [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    QVector<int> trials;
    for (const QModelIndex& index : rows)
        trials.append(m_impl->trialOf(index));
    return trials;
}

void TrialsView::editName(int trial)
{
    if (m_impl->model->rowOf(trial) < 0)
        return;
    if (!m_impl->proxy->mapFromSource(m_impl->model->index(m_impl->model->rowOf(trial), 0)).isValid()) {
        m_impl->filter->clear();
        m_impl->frontierOnly->setChecked(false);
    }
    setSelectedTrial(trial);
    m_impl->table->setFocus();
    m_impl->table->editName();
}

QStringList TrialsView::shownColumns() const
{
    QStringList keys;
    for (int column = 0; column < TrialsModel::ColumnCount; ++column)
        if (m_impl->table->isWanted(column))
            keys.append(trialsColumn(column).key);
    return keys;
}

void TrialsView::setShownColumns(const QStringList& keys)
{
    for (int column = 0; column < TrialsModel::ColumnCount; ++column) {
        const TrialsColumn& info = trialsColumn(column);
        const bool shown = column == TrialsModel::Name || (keys.isEmpty() ? info.shownAtFirst : keys.contains(info.key));
        m_impl->columnActions[column]->setChecked(shown);
        m_impl->table->setWanted(column, shown);
    }
}

QString TrialsView::asText(CopyFormat format) const
{
    return trialsAsText(*m_impl->table, format);
}

void TrialsView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->table && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange))
        m_impl->applyTheme();
}

} // namespace octet::widgets
