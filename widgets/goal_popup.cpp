// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/goal_popup.h"

#include "core/values/metric.h"
#include "widgets/goal_words.h"
#include "widgets/label_colour.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>
#include <map>

namespace octet::widgets {

namespace {

QLabel* secondaryLabel(const QString& text)
{
    auto* label = new QLabel(text);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QString explained(const Metric& metric)
{
    static const std::map<std::string, QString> words{
        {"accuracy", QStringLiteral("Share of right answers")},
        {"f1", QStringLiteral("Of class 1, the positive one: precision and recall alike")},
        {"f1_macro", QStringLiteral("Mean of the F1 of every class, rare classes as much as frequent ones")},
        {"mcc", QStringLiteral("From -1 to 1; fair where classes have very different sizes")},
        {"agreement", QStringLiteral("Share of answers that are those of fp32; needs no labels")},
        {"cosine", QStringLiteral("Of the outputs and those of fp32; needs no labels")},
        {"pearson", QStringLiteral("How well outputs follow the labels along a line")},
        {"spearman", QStringLiteral("How well outputs are in the order of the labels")},
        {"token_match", QStringLiteral("Share of tokens whose answer is the label")}};
    const auto it = words.find(metric.name);
    return it == words.end() ? QString() : it->second;
}

/// Empty: it can be computed with such labels.
QString whyNot(const Metric& metric, LabelKind labels)
{
    if (!metric.needsLabels || metric.labels == labels)
        return {};
    switch (metric.labels) {
    case LabelKind::Numbers:
        return QStringLiteral("Needs labels that are numbers, such as scores");
    case LabelKind::Tokens:
        return QStringLiteral("Needs a label for each token");
    default:
        return QStringLiteral("Needs labels that are classes");
    }
}

QComboBox* metricBox(const Goal& goal, LabelKind labels)
{
    auto* box = new QComboBox;
    box->setObjectName(QStringLiteral("metric"));
    box->setAccessibleName(QStringLiteral("Metric"));
    for (const Metric& metric : metrics()) {
        if (!metric.higherIsBetter)
            continue; // a share of fp32's 0 is 0: no goal
        box->addItem(QString::fromStdString(metric.words), QString::fromStdString(metric.name));
        const QString reason = whyNot(metric, labels);
        box->setItemData(box->count() - 1, reason.isEmpty() ? explained(metric) : reason, Qt::ToolTipRole);
        if (!reason.isEmpty())
            if (auto* model = qobject_cast<QStandardItemModel*>(box->model()))
                model->item(box->count() - 1)->setEnabled(false);
    }
    const int index = box->findData(QString::fromStdString(goal.metric));
    if (index < 0) // of a newer version: kept
        box->addItem(QString::fromStdString(goal.metric), QString::fromStdString(goal.metric));
    box->setCurrentIndex(index < 0 ? box->count() - 1 : index);
    return box;
}

} // namespace

GoalPopup::GoalPopup(const Goal& goal, const QString& title, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , m_goal(goal)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(title);
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(14, 12, 14, 12);
    m_layout->setSpacing(8);
    auto* heading = new QLabel(title);
    heading->setFont(strongFont(font()));
    m_layout->addWidget(heading);
}

GoalPopup* GoalPopup::forDrop(const Goal& goal, LabelKind labels, QWidget* parent)
{
    auto* popup = new GoalPopup(goal, QStringLiteral("What may be lost, and how much"), parent);
    auto* value = new QLineEdit(plainNumber(goal.maxDrop * 100, 3));
    value->setObjectName(QStringLiteral("drop"));
    value->setAccessibleName(QStringLiteral("Largest loss"));
    value->setFixedWidth(80);
    value->setAlignment(Qt::AlignRight);
    auto* kind = new Segmented;
    kind->setObjectName(QStringLiteral("dropKind"));
    kind->setAccessibleName(QStringLiteral("Relative or points"));
    kind->setOptions({{QStringLiteral("% relative"), QStringLiteral("relative"),
                          QStringLiteral("A share of what is reached today: 1 % of 80.8 % is 0.81 points"), {}, true},
        {QStringLiteral("points"), QStringLiteral("points"),
            QStringLiteral("A share of all samples: 1 point of 872 is 8.7"), {}, true}});
    kind->setValue(goal.relative ? QStringLiteral("relative") : QStringLiteral("points"));
    auto* row = new QHBoxLayout;
    row->addWidget(value);
    row->addWidget(kind);
    row->addStretch();
    popup->m_layout->addLayout(row);
    QComboBox* metric = metricBox(goal, labels);
    auto* of = new QHBoxLayout;
    of->addWidget(new QLabel(QStringLiteral("of")));
    of->addWidget(metric);
    of->addStretch();
    popup->m_layout->addLayout(of);
    popup->m_layout->addWidget(
        secondaryLabel(QStringLiteral("Trials that were measured in another one wait; the baseline is measured again.")));
    popup->m_first = value;
    popup->m_read = [value, kind, metric](Goal& edited) {
        QString error;
        edited.maxDrop = parsePercent(value->text(), &error);
        edited.relative = kind->value() == QLatin1String("relative");
        edited.metric = metric->currentData().toString().toStdString();
        return error;
    };
    popup->finishLayout();
    return popup;
}

GoalPopup* GoalPopup::forLatency(const Goal& goal, QWidget* parent)
{
    auto* popup = new GoalPopup(goal, QStringLiteral("What is made small, and how"), parent);
    auto* objective = new Segmented;
    objective->setObjectName(QStringLiteral("objective"));
    objective->setAccessibleName(QStringLiteral("What is made small"));
    objective->setOptions({{QStringLiteral("p50 latency"), QStringLiteral("p50"),
                               QStringLiteral("The median time of one sample of the named workload"), {}, true},
        {QStringLiteral("p99 latency"), QStringLiteral("p99"),
            QStringLiteral("The time that 99 of 100 runs stay below"), {}, true},
        {QStringLiteral("Size"), QStringLiteral("size"), QStringLiteral("Bytes of the packed weights"), {}, true},
        {QStringLiteral("Memory"), QStringLiteral("memory"),
            QStringLiteral("Bytes of weights and arena of a run"), {}, true}});
    objective->setValue(QString::fromStdString(toString(goal.objective)));
    popup->m_layout->addWidget(objective);
    auto* keep = new QCheckBox(QStringLiteral("Keep the weights as they are (no smoothing)"));
    keep->setObjectName(QStringLiteral("keepWeights"));
    keep->setChecked(goal.keepWeights);
    auto* searchOn = new QCheckBox(QStringLiteral("Search on although a baseline already meets the goal"));
    searchOn->setObjectName(QStringLiteral("searchOn"));
    searchOn->setChecked(goal.searchOn);
    popup->m_layout->addWidget(keep);
    popup->m_layout->addWidget(searchOn);
    popup->m_first = keep;
    popup->m_read = [objective, keep, searchOn](Goal& edited) {
        edited.objective = objectiveFromString(objective->value().toStdString());
        edited.keepWeights = keep->isChecked();
        edited.searchOn = searchOn->isChecked();
        return QString();
    };
    popup->finishLayout();
    return popup;
}

GoalPopup* GoalPopup::forBudget(const Goal& goal, QWidget* parent)
{
    auto* popup = new GoalPopup(goal, QStringLiteral("How long the search may take"), parent);
    auto* minutes = new QLineEdit(plainNumber(goal.timeoutSeconds / 60, 1));
    minutes->setObjectName(QStringLiteral("minutes"));
    minutes->setAccessibleName(QStringLiteral("Minutes"));
    auto* trials = new QLineEdit(QString::number(goal.maxTrials));
    trials->setObjectName(QStringLiteral("maxTrials"));
    trials->setAccessibleName(QStringLiteral("Trials at most"));
    for (QLineEdit* edit : {minutes, trials}) {
        edit->setFixedWidth(80);
        edit->setAlignment(Qt::AlignRight);
    }
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->addWidget(minutes, 0, 0);
    grid->addWidget(new QLabel(QStringLiteral("minutes")), 0, 1);
    grid->addWidget(secondaryLabel(QStringLiteral("0: no limit, stop at the first that meets")), 0, 2);
    grid->addWidget(trials, 1, 0);
    grid->addWidget(new QLabel(QStringLiteral("trials at most")), 1, 1);
    grid->setColumnStretch(3, 1);
    popup->m_layout->addLayout(grid);
    popup->m_first = minutes;
    popup->m_read = [minutes, trials](Goal& edited) {
        QString error;
        edited.timeoutSeconds = parseMinutes(minutes->text(), &error);
        bool ok = false;
        const int count = trials->text().trimmed().toInt(&ok);
        if (error.isEmpty() && (!ok || count < 1 || count > 100000))
            error = QStringLiteral("Type a number of trials between 1 and 100,000.");
        edited.maxTrials = count;
        return error;
    };
    popup->finishLayout();
    return popup;
}

void GoalPopup::finishLayout()
{
    m_error = new QLabel;
    m_error->setObjectName(QStringLiteral("error"));
    setTextColour(m_error, Theme::of(palette()).misses);
    m_error->setWordWrap(true);
    m_error->hide();
    m_layout->addWidget(m_error);
    auto* buttons = new QHBoxLayout;
    auto* set = new QPushButton(QStringLiteral("Set  Enter"));
    set->setObjectName(QStringLiteral("set"));
    set->setDefault(true);
    auto* cancel = new QPushButton(QStringLiteral("Cancel  Esc"));
    set->setFocusPolicy(Qt::TabFocus);
    cancel->setFocusPolicy(Qt::TabFocus);
    connect(set, &QPushButton::clicked, this, &GoalPopup::commit);
    connect(cancel, &QPushButton::clicked, this, &QWidget::close);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(set);
    m_layout->addLayout(buttons);
    for (QLineEdit* edit : findChildren<QLineEdit*>()) {
        edit->selectAll();
        connect(edit, &QLineEdit::textEdited, m_error, &QWidget::hide);
    }
}

void GoalPopup::openBelow(QWidget* anchor)
{
    adjustSize();
    QPoint at = anchor->mapToGlobal(QPoint(0, anchor->height() + 4));
    if (const QScreen* screen = anchor->screen())
        at.setX(std::max(
            screen->availableGeometry().left(), std::min(at.x(), screen->availableGeometry().right() - width())));
    move(at);
    show();
    m_first->setFocus(Qt::PopupFocusReason);
}

void GoalPopup::commit()
{
    Goal edited = m_goal;
    const QString error = m_read(edited);
    if (!error.isEmpty()) {
        m_error->setText(error);
        m_error->show();
        adjustSize();
        m_first->setFocus();
        return;
    }
    close();
    emit committed(edited);
}

void GoalPopup::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        commit();
    else if (event->key() == Qt::Key_Escape)
        close();
    else
        QFrame::keyPressEvent(event);
}

void GoalPopup::paintEvent(QPaintEvent*)
{
    const Theme& t = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.panel);
    painter.setPen(t.border);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace octet::widgets
