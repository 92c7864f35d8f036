// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/data_page.h"

#include "widgets/data_charts.h"
#include "widgets/data_rows.h"
#include "widgets/data_source.h"
#include "widgets/icons.h"
#include "widgets/panel.h"
#include "widgets/scrolled.h"
#include "widgets/segmented.h"
#include "widgets/text_height.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace octet::widgets {

namespace {

const QString calibValue = QStringLiteral("calibration");
const QString testValue = QStringLiteral("test");

class BottomBar : public QWidget
{
protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& t = Theme::of(palette());
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(t.line);
        painter.setBrush(t.panel);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
};

QString fileName(const std::string& path)
{
    return QFileInfo(QString::fromStdString(path)).fileName();
}

QString testFileName(const DataSpec& spec)
{
    if (spec.kind == DataKind::Arrays)
        return spec.testInputs.empty() ? QString() : fileName(spec.testInputs.begin()->second);
    return fileName(spec.testFile);
}

QString calibFileName(const DataSpec& spec)
{
    if (spec.kind == DataKind::Arrays)
        return spec.calibInputs.empty() ? QString() : fileName(spec.calibInputs.begin()->second);
    return fileName(spec.calibFile);
}

/// Why the data cannot be accepted; empty = it can.
QString obstacle(const DataPageContent& content)
{
    if (content.checking)
        return QStringLiteral("Checking the data.");
    if (content.checks.isEmpty())
        return QStringLiteral("Choose a folder with a model and data first.");
    if (!content.problem.isEmpty())
        return QStringLiteral("Nothing runs before every check is green. ") + content.problem;
    for (const auto& check : content.checks) {
        if (check.state != 1)
            return QStringLiteral("Nothing runs before every check is green. %1: %2.")
                .arg(check.title, check.detail.isEmpty() ? QStringLiteral("not checked yet") : check.detail);
    }
    return {};
}

/// With large letters in a small window there is less room than both need: then they scroll, and the button that accepts
/// the data stays in sight.
QWidget* rowsAndCharts(QWidget* rows, QLayout* charts)
{
    auto* inner = new QWidget;
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(rows, 62);
    column->addLayout(charts, 38);
    return scrolled(inner);
}

} // namespace

struct DataPage::Impl
{
    explicit Impl(DataPage* page)
        : q(page)
    {
    }
    void build();
    QWidget* buildBottom();
    void showRows();
    void showCharts();
    void showBottom();
    void applyTheme()
    {
        copy->setIcon(icon(QStringLiteral("copy"), q->palette()));
        sentence->setFont(smallFont(q->font()));
    }
    DataRowsModel::Problem problem() const;
    bool problemIsInTest() const;

    DataPage* q;
    DataPageContent content;
    DataSource* source = nullptr;
    CheckCards* checks = nullptr;
    Panel *rowsPanel = nullptr, *labelsPanel = nullptr, *lengthsPanel = nullptr, *paddingPanel = nullptr;
    Segmented* which = nullptr;
    DataRowsTable* rows = nullptr;
    QLabel* shown = nullptr;
    LabelBars* labels = nullptr;
    LengthHistogram* lengths = nullptr;
    PaddingBars* padding = nullptr;
    QLabel* sentence = nullptr;
    QPushButton *copy = nullptr, *accept = nullptr;
    QString lastProblem;
};

void DataPage::Impl::build()
{
    source = new DataSource;
    checks = new CheckCards;
    rowsPanel = new Panel(QStringLiteral("Rows"));
    rowsPanel->setNote(QStringLiteral("as the model will read them"));
    which = new Segmented;
    which->setObjectName(QStringLiteral("which"));
    which->setAccessibleName(QStringLiteral("File shown"));
    rowsPanel->header()->addWidget(which);
    rows = new DataRowsTable;
    rows->setObjectName(QStringLiteral("rows"));
    setLeastTextHeight(rows, 100, 4);
    shown = new QLabel;
    shown->setObjectName(QStringLiteral("shown"));
    shown->setContentsMargins(14, 8, 14, 8);
    shown->setForegroundRole(QPalette::PlaceholderText);
    rowsPanel->body()->addWidget(rows, 1);
    rowsPanel->body()->addWidget(shown);

    labelsPanel = new Panel(QStringLiteral("Labels"));
    labels = new LabelBars;
    labelsPanel->body()->addWidget(labels, 1);
    lengthsPanel = new Panel(QStringLiteral("Lengths"));
    lengths = new LengthHistogram;
    lengthsPanel->body()->addWidget(lengths, 1);
    paddingPanel = new Panel(QStringLiteral("Padding"));
    paddingPanel->setNote(QStringLiteral("share of computed tokens"));
    padding = new PaddingBars;
    paddingPanel->body()->addWidget(padding, 1);
    auto* charts = new QHBoxLayout;
    charts->setSpacing(4);
    charts->addWidget(labelsPanel, 32);
    charts->addWidget(lengthsPanel, 37);
    charts->addWidget(paddingPanel, 31);

    auto* right = new QVBoxLayout;
    right->setSpacing(4);
    right->addWidget(checks);
    right->addWidget(rowsAndCharts(rowsPanel, charts), 1);
    right->addWidget(buildBottom());
    auto* layout = new QHBoxLayout(q);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    source->setMinimumWidth(300);
    source->setMaximumWidth(460);
    layout->addWidget(source, 27);
    layout->addLayout(right, 73);

    connect(source, &DataSource::specEdited, q, &DataPage::specEdited);
    connect(source, &DataSource::modelFileChosen, q, &DataPage::modelFileChosen);
    connect(source, &DataSource::browseRequested, q, &DataPage::browseRequested);
    connect(which, &Segmented::valueChanged, q, [this] { showRows(); });
    // Later: the new content takes the row away in which the button stands.
    connect(rows, &DataRowsTable::fixRequested, q,
        [this](int fix) {
            if (fix < content.fixes.size())
                emit q->specEdited(content.fixes[fix].spec);
        },
        Qt::QueuedConnection);
}

QWidget* DataPage::Impl::buildBottom()
{
    auto* bar = new BottomBar;
    setTextHeight(bar, 44);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(14, 0, 8, 0);
    layout->setSpacing(8);
    sentence = new QLabel;
    sentence->setObjectName(QStringLiteral("sentence"));
    sentence->setForegroundRole(QPalette::PlaceholderText);
    sentence->setWordWrap(true);
    sentence->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    copy = new QPushButton(QStringLiteral("Copy as command"));
    copy->setObjectName(QStringLiteral("copyCommand"));
    copy->setToolTip(QStringLiteral("Copies the octet-cli command that reads the same data"));
    accept = new QPushButton(QStringLiteral("Accept  Enter"));
    accept->setObjectName(QStringLiteral("accept"));
    layout->addWidget(sentence, 1);
    layout->addWidget(copy);
    layout->addWidget(accept);
    connect(copy, &QPushButton::clicked, q, &DataPage::copyCommandRequested);
    connect(accept, &QPushButton::clicked, q, &DataPage::accepted);
    return bar;
}

bool DataPage::Impl::problemIsInTest() const
{
    const QString file = QFileInfo(content.problemFile).fileName();
    return !file.isEmpty() && file == testFileName(content.spec) && file != calibFileName(content.spec);
}

DataRowsModel::Problem DataPage::Impl::problem() const
{
    DataRowsModel::Problem result;
    result.sentence = content.problem;
    for (const auto& fix : content.fixes)
        result.fixes << fix.text;
    const QString file = QFileInfo(content.problemFile).fileName();
    if (!file.isEmpty() && content.problemRow > 0)
        result.place = QStringLiteral("%1, row %2").arg(file, grouped(content.problemRow));
    else
        result.place = file;
    // The sentence often names the place itself.
    if (!file.isEmpty() && content.problem.contains(file)
        && (content.problemRow <= 0 || content.problem.contains(QString::number(content.problemRow))))
        result.place.clear();
    const bool here = (which->value() == testValue) == problemIsInTest();
    result.row = here ? content.problemRow : 0;
    result.wrong =
        !std::any_of(content.checks.begin(), content.checks.end(), [](const auto& c) { return c.state == 2; })
        || std::any_of(content.checks.begin(), content.checks.end(), [](const auto& c) { return c.state == 3; });
    return result;
}

void DataPage::Impl::showRows()
{
    const bool test = which->value() == testValue;
    const auto& list = test ? content.testRows : content.calibRows;
    const QString column =
        content.spec.kind == DataKind::Arrays ? QString() : QString::fromStdString(content.spec.textColumn);
    rows->setRows(list, column, problem());
    long total = 0;
    for (const auto& split : content.splits)
        if (split.name.startsWith(QLatin1String("Calib")) != test)
            total += split.rows();
    if (list.isEmpty())
        shown->setText(content.checking ? QStringLiteral("Reading the first rows")
                                        : QStringLiteral("No rows to show from this file."));
    else
        shown->setText(total > 0 ? QStringLiteral("%1 of %2 rows shown").arg(grouped(list.size()), grouped(total))
                                 : QStringLiteral("%1 rows shown").arg(grouped(list.size())));
}

void DataPage::Impl::showCharts()
{
    QStringList names;
    for (const std::string& name : content.spec.labelNames)
        names.append(QString::fromStdString(name));
    labels->setContent(content.splits, names, content.majorityNote);
    const bool hasLengths = !content.lengths.isEmpty();
    lengthsPanel->setVisible(hasLengths || content.spec.kind != DataKind::Arrays);
    paddingPanel->setVisible(hasLengths);
    lengthsPanel->setNote(hasLengths
            ? QStringLiteral("%1, %2 texts").arg(testFileName(content.spec), grouped(content.lengths.size()))
            : QString());
    lengths->setLengths(content.lengths);
    padding->setLengths(content.lengths, content.spec.maxLength);
}

void DataPage::Impl::showBottom()
{
    const QString why = obstacle(content);
    const bool ready = why.isEmpty() && !content.accepted;
    accept->setEnabled(ready);
    accept->setDefault(ready);
    accept->setText(content.accepted ? QStringLiteral("Accepted") : QStringLiteral("Accept  Enter"));
    const QString text = content.accepted && why.isEmpty() ? QStringLiteral("Accepted. Next: measure the baseline, F5.")
        : ready                                            ? QStringLiteral("Every check is green.")
                                                           : why;
    sentence->setText(text);
    sentence->setToolTip(text);
    accept->setToolTip(ready ? QStringLiteral("Use this data for calibration, search and verdict") : text);
}

DataPage::DataPage(QWidget* parent)
    : QWidget(parent)
    , m_impl(std::make_unique<Impl>(this))
{
    setAccessibleName(QStringLiteral("Data"));
    setFocusPolicy(Qt::ClickFocus); // Enter accepts
    setMinimumSize(900, 560);
    m_impl->build();
    m_impl->applyTheme();
    setContent({});
}

DataPage::~DataPage() = default;

void DataPage::setContent(const DataPageContent& content)
{
    Impl& d = *m_impl;
    d.content = content;
    d.source->setContent(content);
    d.checks->setChecks(content.checks, content.checking);

    QString calib = calibFileName(content.spec), test = testFileName(content.spec);
    if (calib.isEmpty())
        calib = QStringLiteral("Calibration");
    if (test.isEmpty())
        test = QStringLiteral("Test");
    QString value = d.which->value();
    if (value.isEmpty())
        value = content.calibRows.isEmpty() && !content.testRows.isEmpty() ? testValue : calibValue;
    // A new problem is shown where it is; afterwards the reader decides what to look at.
    if (!content.problem.isEmpty() && content.problem != d.lastProblem)
        value = d.problemIsInTest() ? testValue : calibValue;
    d.lastProblem = content.problem;
    d.which->setOptions({{calib, calibValue, QStringLiteral("First rows of the calibration split"), {}, true},
        {test, testValue, QStringLiteral("First rows of the test file"), {}, true}});
    d.which->setValue(value);
    d.showRows();
    d.showCharts();
    d.showBottom();
}

void DataPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter) {
        QWidget::keyPressEvent(event);
        return;
    }
    // Enter in a field ends the edit; only the next one accepts.
    if (qobject_cast<QLineEdit*>(focusWidget()) && focusWidget()->hasFocus())
        setFocus();
    else if (m_impl->accept->isEnabled())
        m_impl->accept->click();
}

void DataPage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_impl->copy && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange))
        m_impl->applyTheme();
}

} // namespace octet::widgets
