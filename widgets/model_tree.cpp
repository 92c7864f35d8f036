// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_tree.h"

#include "widgets/icons.h"
#include "widgets/main_part.h"
#include "widgets/model_tree_model.h"
#include "widgets/model_tree_view.h"

#include <QAction>
#include <QItemSelection>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSet>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {
constexpr int kOpenAtFirst = 30; // children that a scope may have to be open at first
constexpr int kExpandMatches = 4000;
} // namespace

struct ModelTree::Impl
{
    QLineEdit* filter = nullptr;
    QAction* searchIcon = nullptr;
    ModelTreeView* view = nullptr;
    ModelTreeModel* model = nullptr;
    ModelTreeFilter* proxy = nullptr;
    QStringList nodeNames;
    QStringList selected; // as last set or chosen, so that a filter does not lose what it hides
    QSet<int> openBefore; // the open boxes before a filter opened all
    bool filtering = false;
    bool quiet = false;

    QModelIndex shown(int box) const { return proxy->mapFromSource(model->indexOf(box)); }

    QSet<int> openBoxes(const QModelIndex& parent = {}) const
    {
        QSet<int> result;
        for (int row = 0; row < proxy->rowCount(parent); ++row) {
            const QModelIndex index = proxy->index(row, 0, parent);
            if (view->isExpanded(index)) {
                result.insert(index.data(ModelTreeModel::BoxRole).toInt());
                result.unite(openBoxes(index));
            }
        }
        return result;
    }

    void openAtFirst()
    {
        const graph::Structure* structure = model->structure();
        if (!structure)
            return;
        view->expand(shown(0));
        for (const int child : structure->boxes[0].children) {
            const std::vector<int>& inside = structure->boxes[std::size_t(child)].children;
            // An encoder is opened, its layers are not: a scope counts when there are scopes in it again.
            const auto deep = std::count_if(inside.begin(), inside.end(), [&](int scope) {
                const std::vector<int>& below = structure->boxes[std::size_t(scope)].children;
                return std::any_of(below.begin(), below.end(),
                    [&](int box) { return !structure->boxes[std::size_t(box)].children.empty(); });
            });
            if (deep >= 2 && int(inside.size()) <= kOpenAtFirst)
                view->expand(shown(child));
        }
    }

    void applyFilter(const QString& text)
    {
        const bool now = !text.trimmed().isEmpty();
        if (now && !filtering)
            openBefore = openBoxes();
        quiet = true; // rows that go away take their selection along; that is not the user's doing
        proxy->setText(text);
        if (now && model->structure() && int(model->structure()->boxes.size()) <= kExpandMatches)
            view->expandAll();
        else if (!now && filtering) {
            view->collapseAll();
            for (const int box : openBefore)
                view->expand(shown(box));
        }
        filtering = now;
        select(selected, false);
        quiet = false;
    }

    /// The rows that stand for `nodes`: whole scopes where all of a scope, or its only product, is meant.
    void rowsFor(int box, const std::vector<char>& chosen, std::vector<int>& rows) const
    {
        const graph::Box& b = model->structure()->boxes[std::size_t(box)];
        int count = 0, products = 0;
        bool chosenProduct = false;
        for (const int node : b.nodes) {
            const bool in = std::size_t(node) < chosen.size() && chosen[std::size_t(node)];
            count += in;
            if (model->isProduct(node)) {
                ++products;
                chosenProduct = chosenProduct || in;
            }
        }
        if (count == 0)
            return;
        const bool whole = count == int(b.nodes.size()) && box > 0;
        if (whole || b.children.empty() || (products == 1 && count == 1 && chosenProduct && box > 0)) {
            rows.push_back(box);
            return;
        }
        for (const int child : b.children)
            rowsFor(child, chosen, rows);
    }

    void select(const QStringList& nodes, bool reveal)
    {
        selected = nodes;
        if (!model->structure())
            return;
        const QSet<QString> wanted(nodes.begin(), nodes.end());
        std::vector<char> chosen(std::size_t(nodeNames.size()), 0);
        for (int i = 0; i < nodeNames.size(); ++i)
            chosen[std::size_t(i)] = wanted.contains(nodeNames[i]);
        std::vector<int> rows;
        rowsFor(0, chosen, rows);
        QItemSelection selection;
        QModelIndex first;
        for (const int box : rows) {
            const QModelIndex index = shown(box);
            if (!index.isValid())
                continue;
            selection.select(index, index.siblingAtColumn(1));
            if (!first.isValid())
                first = index;
        }
        const bool before = std::exchange(quiet, true);
        if (reveal && first.isValid()) {
            view->selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
            view->scrollTo(first); // opens what is around it
        }
        view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
        quiet = before;
    }

    QStringList chosenNodes() const
    {
        std::vector<char> chosen(std::size_t(nodeNames.size()), 0);
        for (const QModelIndex& index : view->selectionModel()->selectedRows()) {
            const int box = index.data(ModelTreeModel::BoxRole).toInt();
            for (const int node : model->structure()->boxes[std::size_t(box)].nodes)
                if (std::size_t(node) < chosen.size())
                    chosen[std::size_t(node)] = 1;
        }
        QStringList names;
        for (std::size_t i = 0; i < chosen.size(); ++i)
            if (chosen[i])
                names << nodeNames[int(i)];
        return names;
    }

    void applyTheme(const QPalette& palette)
    {
        const Theme& theme = Theme::of(palette);
        searchIcon->setIcon(icon(QStringLiteral("search"), theme.secondary));
        view->applyTheme(theme);
    }
};

ModelTree::ModelTree(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>())
{
    Impl& d = *m_impl;
    d.filter = new QLineEdit(this);
    d.filter->setPlaceholderText(tr("Filter names"));
    d.filter->setAccessibleName(tr("Filter names"));
    d.filter->setClearButtonEnabled(true);
    d.filter->setMinimumHeight(28);
    d.searchIcon = d.filter->addAction(QIcon(), QLineEdit::LeadingPosition);
    d.searchIcon->setText(tr("Filter"));
    d.filter->installEventFilter(this);
    d.view = new ModelTreeView(this);
    d.model = new ModelTreeModel(this);
    d.proxy = new ModelTreeFilter(this);
    d.proxy->setSourceModel(d.model);
    d.view->setModel(d.proxy);
    d.view->setColumnHidden(1, true);
    d.applyTheme(palette());

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(4);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(6, 0, 6, 0);
    line->addWidget(d.filter);
    layout->addLayout(line);
    layout->addWidget(d.view, 1);
    setMainPart(this, d.view);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    connect(d.filter, &QLineEdit::textChanged, this, [this](const QString& text) { m_impl->applyFilter(text); });
    connect(d.view->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (m_impl->quiet || !m_impl->model->structure())
            return;
        m_impl->selected = m_impl->chosenNodes();
        emit selectionChanged(m_impl->selected);
    });
    connect(d.view, &QWidget::customContextMenuRequested, this,
        [this](const QPoint& pos) { emit contextMenuRequested(m_impl->view->viewport()->mapToGlobal(pos)); });
}

ModelTree::~ModelTree() = default;

void ModelTree::setStructure(std::shared_ptr<const graph::Structure> structure, const QStringList& nodeNames)
{
    Impl& d = *m_impl;
    d.quiet = true;
    d.nodeNames = nodeNames;
    d.selected.clear();
    d.model->setStructure(std::move(structure), nodeNames);
    d.filtering = false;
    d.filter->clear();
    d.openAtFirst();
    d.quiet = false;
}

void ModelTree::setOps(const OpViews& ops)
{
    m_impl->model->setOps(ops);
    // Qt 6.4 leaves the last row of a changed range unpainted.
    m_impl->view->viewport()->update();
}

void ModelTree::setSelection(const QStringList& nodes)
{
    m_impl->select(nodes, true);
}

void ModelTree::setHidePlumbing(bool hide)
{
    m_impl->quiet = true;
    m_impl->proxy->setHidePlumbing(hide);
    m_impl->select(m_impl->selected, false);
    m_impl->quiet = false;
}

void ModelTree::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_impl->applyTheme(palette());
    QWidget::changeEvent(event);
}

bool ModelTree::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_impl->filter && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape && !m_impl->filter->text().isEmpty()) {
            m_impl->filter->clear();
            return true;
        }
        if (key == Qt::Key_Down) {
            m_impl->view->setFocus(Qt::TabFocusReason);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace octet::widgets
