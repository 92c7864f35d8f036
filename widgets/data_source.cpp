// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/data_source.h"

#include "widgets/data_roles.h"
#include "widgets/elided.h"
#include "widgets/icons.h"
#include "widgets/label_colour.h"
#include "widgets/theme.h"
#include "widgets/words.h"

#include <QComboBox>
#include <QEvent>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace octet::widgets {

namespace {

constexpr int maxLabelFields = 16;

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

QString numbers(const std::vector<double>& values)
{
    QStringList words;
    for (const double value : values)
        words.append(QString::number(value));
    return words.join(QStringLiteral(", "));
}

QString readNumbers(const QString& text, bool positive, std::vector<double>& out)
{
    std::vector<double> values;
    for (const QString& word : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool ok = false;
        values.push_back(word.trimmed().toDouble(&ok));
        if (!ok || (positive && values.back() <= 0))
            return QStringLiteral("\"%1\" is not %2number: write for example 0.5, or one a channel: 0.5, 0.5, 0.5.")
                .arg(word.trimmed(), positive ? QStringLiteral("a positive ") : QStringLiteral("a "));
    }
    out = values;
    return {};
}

/// A field's text as a string of the spec, without further checks: the document checks it against the files.
auto writeTo(std::string DataSpec::*member)
{
    return [member](DataSpec& spec, const QString& text) {
        spec.*member = text.toStdString();
        return QString();
    };
}

auto readFrom(std::string DataSpec::*member)
{
    return [member](const DataSpec& spec) { return fromStd(spec.*member); };
}

} // namespace

DataSource::DataSource(QWidget* parent)
    : Panel(QStringLiteral("Source"), parent)
{
    auto* top = new QHBoxLayout;
    top->setContentsMargins(14, 12, 14, 12);
    top->setSpacing(8);
    m_folder = new QLineEdit;
    m_folder->setObjectName(QStringLiteral("folder"));
    m_folder->setReadOnly(true);
    m_folder->setFocusPolicy(Qt::ClickFocus);
    m_folder->setPlaceholderText(QStringLiteral("No model yet"));
    m_folder->setAccessibleName(QStringLiteral("Folder of the model"));
    m_choose = new QPushButton(QStringLiteral("Choose..."));
    m_choose->setObjectName(QStringLiteral("choose"));
    top->addWidget(m_folder, 1);
    top->addWidget(m_choose);
    body()->addLayout(top);
    m_error = new QLabel;
    m_error->setObjectName(QStringLiteral("fieldError"));
    m_error->setWordWrap(true);
    m_error->setContentsMargins(14, 0, 14, 6);
    m_error->hide();
    body()->addWidget(m_error);

    auto* scroll = m_scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus); // what is in it scrolls it
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_form = new QWidget;
    m_form->setBackgroundRole(QPalette::Base);
    m_form->setAutoFillBackground(true);
    scroll->setWidget(m_form);
    body()->addWidget(scroll, 1);
    connect(m_choose, &QPushButton::clicked, this, &DataSource::browseRequested);
    rebuild();
    applyTheme();
}

int DataSource::labelCount() const
{
    qsizetype count = qsizetype(m_content.spec.labelNames.size());
    for (const auto& split : m_content.splits)
        count = std::max(count, split.perLabel.size());
    return int(std::min<qsizetype>(count, maxLabelFields));
}

void DataSource::setContent(const DataPageContent& content)
{
    m_content = content;
    QStringList inputs;
    for (const auto& [name, file] : content.spec.testInputs)
        inputs.append(fromStd(name));
    for (const auto& [name, file] : content.spec.calibInputs)
        inputs.append(fromStd(name));
    const QString shape = QStringLiteral("%1|%2|%3|%4")
                              .arg(int(content.spec.kind))
                              .arg(labelCount())
                              .arg(content.modelFiles.join(QLatin1Char('/')), inputs.join(QLatin1Char('/')));
    if (shape != m_shape) {
        m_shape = shape;
        rebuild();
    }
    refresh();
}

void DataSource::rebuild()
{
    delete m_layout;
    // Not at once: the new content may be the answer to a signal of one of these fields.
    for (QWidget* child : m_form->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        child->hide();
        child->setParent(nullptr);
        child->deleteLater();
    }
    m_refreshers.clear();
    m_longest = m_modelNote = nullptr;
    m_roles = nullptr;
    m_layout = new QFormLayout(m_form);
    m_layout->setContentsMargins(14, 0, 14, 12);
    m_layout->setHorizontalSpacing(16);
    m_layout->setVerticalSpacing(7);
    m_layout->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    addModelFiles();
    if (m_content.spec.kind == DataKind::Arrays)
        addArrayFields();
    else
        addTextFields();
    addRoles();
}

void DataSource::addHeading(const QString& text)
{
    auto* label = new QLabel(text);
    label->setFont(strongFont(font()));
    label->setForegroundRole(QPalette::WindowText);
    label->setContentsMargins(0, m_layout->rowCount() > 0 ? 10 : 0, 0, 0);
    m_layout->addRow(label);
}

QLineEdit* DataSource::addEdit(
    const QString& name, const QString& caption, const QString& placeholder, Reader read, Writer writer)
{
    auto* edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setPlaceholderText(placeholder);
    auto* label = new QLabel(caption);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setBuddy(edit);
    label->setMinimumHeight(edit->sizeHint().height());
    edit->setAccessibleName(caption);
    m_layout->addRow(label, edit);
    connect(edit, &QLineEdit::editingFinished, this, [this, edit, read, writer] {
        if (edit->text() != read(m_content.spec))
            write(writer, edit->text());
    });
    m_refreshers.append([this, edit, read] {
        const QString text = read(m_content.spec);
        if (edit->text() != text && !(edit->hasFocus() && edit->isModified()))
            edit->setText(text);
        edit->setToolTip(text);
    });
    return edit;
}

void DataSource::addCombo(const QString& name, const QString& caption, const QString& none, Reader read, Writer writer)
{
    auto* combo = new QComboBox;
    combo->setObjectName(name);
    combo->setAccessibleName(caption);
    combo->setMinimumContentsLength(6);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* label = new QLabel(caption);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setBuddy(combo);
    label->setMinimumHeight(combo->sizeHint().height());
    m_layout->addRow(label, combo);
    connect(combo, &QComboBox::activated, this, [this, combo, read, writer](int index) {
        const QString value = combo->itemData(index).toString();
        if (value != read(m_content.spec))
            write(writer, value);
    });
    m_refreshers.append([this, combo, none, read] {
        const QString value = read(m_content.spec);
        combo->clear();
        combo->addItem(none, QString());
        QStringList columns = m_content.textColumns;
        if (!value.isEmpty() && !columns.contains(value))
            columns.append(value);
        for (const QString& column : columns)
            combo->addItem(column, column);
        combo->setCurrentIndex(std::max(0, combo->findData(value)));
    });
}

void DataSource::addModelFiles()
{
    if (m_content.modelFiles.isEmpty())
        return;
    addHeading(QStringLiteral("Model file"));
    for (const QString& file : m_content.modelFiles) {
        auto* radio = new QRadioButton(QFileInfo(file).fileName());
        radio->setObjectName(QStringLiteral("model:") + QFileInfo(file).fileName());
        auto* note = new ElidedLabel;
        note->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        note->setFont(smallFont(font()));
        note->setForegroundRole(QPalette::PlaceholderText);
        auto* row = new QHBoxLayout;
        row->addWidget(radio, 1);
        row->addWidget(note);
        m_layout->addRow(row);
        connect(radio, &QRadioButton::clicked, this, [this, file] {
            if (file != m_content.modelFile)
                emit modelFileChosen(file);
        });
        m_refreshers.append([this, radio, note, file] {
            radio->setChecked(file == m_content.modelFile);
            note->setText(file == m_content.modelFile ? m_content.modelNote : QString());
        });
    }
}

void DataSource::addTextFields()
{
    const auto textFile = [](std::string DataSpec::*member) {
        return [member](DataSpec& spec, const QString& text) {
            spec.*member = text.toStdString();
            if (spec.kind == DataKind::None)
                spec.kind = DataKind::Text;
            return QString();
        };
    };
    addHeading(QStringLiteral("Files"));
    addEdit(QStringLiteral("testFile"), QStringLiteral("Test"), QStringLiteral(".tsv, .csv or .jsonl with labels"),
        readFrom(&DataSpec::testFile), textFile(&DataSpec::testFile));
    addEdit(QStringLiteral("calibFile"), QStringLiteral("Calibration"), QStringLiteral("texts; labels are not needed"),
        readFrom(&DataSpec::calibFile), textFile(&DataSpec::calibFile));
    if (m_content.spec.kind == DataKind::None)
        return;
    addHeading(QStringLiteral("Columns"));
    addCombo(QStringLiteral("textColumn"), QStringLiteral("Text"), QStringLiteral("found by name"),
        readFrom(&DataSpec::textColumn), writeTo(&DataSpec::textColumn));
    addCombo(QStringLiteral("textPairColumn"), QStringLiteral("Second text"), QStringLiteral("none"),
        readFrom(&DataSpec::textPairColumn), writeTo(&DataSpec::textPairColumn));
    addCombo(QStringLiteral("labelColumn"), QStringLiteral("Label"), QStringLiteral("found by name"),
        readFrom(&DataSpec::labelColumn), writeTo(&DataSpec::labelColumn));
    addLabelNames();
    addHeading(QStringLiteral("Tokens"));
    addEdit(QStringLiteral("tokenizerDir"), QStringLiteral("Tokenizer"), QStringLiteral("the model's folder"),
        readFrom(&DataSpec::tokenizerDir), writeTo(&DataSpec::tokenizerDir));
    addEdit(
        QStringLiteral("maxLength"), QStringLiteral("Longest"), {},
        [](const DataSpec& spec) { return QString::number(spec.maxLength); },
        [](DataSpec& spec, const QString& text) {
            bool ok = false;
            const int value = text.trimmed().toInt(&ok);
            if (!ok || value < 2 || value > 8192)
                return QStringLiteral("Longest: type a number of tokens between 2 and 8,192.");
            spec.maxLength = value;
            return QString();
        });
    m_longest = new ElidedLabel;
    m_longest->setFont(smallFont(font()));
    m_longest->setForegroundRole(QPalette::PlaceholderText);
    m_layout->addRow(QString(), m_longest);
}

void DataSource::addArrayFields()
{
    const auto inputs = [this](const QString& heading, const QString& prefix,
                            std::map<std::string, std::string> DataSpec::*member) {
        if ((m_content.spec.*member).empty())
            return;
        addHeading(heading);
        for (const auto& [name, file] : m_content.spec.*member) {
            const std::string key = name;
            addEdit(
                prefix + fromStd(key), fromStd(key), QStringLiteral(".npy"),
                [member, key](const DataSpec& spec) {
                    const auto it = (spec.*member).find(key);
                    return it == (spec.*member).end() ? QString() : fromStd(it->second);
                },
                [member, key](DataSpec& spec, const QString& text) {
                    (spec.*member)[key] = text.toStdString();
                    return QString();
                });
        }
    };
    inputs(QStringLiteral("Test arrays, by model input"), QStringLiteral("test:"), &DataSpec::testInputs);
    inputs(QStringLiteral("Calibration arrays"), QStringLiteral("calib:"), &DataSpec::calibInputs);
    addHeading(QStringLiteral("Labels and pixels"));
    addEdit(QStringLiteral("labelsFile"), QStringLiteral("Labels"), QStringLiteral(".npy of class numbers"),
        readFrom(&DataSpec::labelsFile), writeTo(&DataSpec::labelsFile));
    addEdit(
        QStringLiteral("mean"), QStringLiteral("Mean"), QStringLiteral("for 8-bit pixels, for example 0.5"),
        [](const DataSpec& spec) { return numbers(spec.mean); },
        [](DataSpec& spec, const QString& text) { return readNumbers(text, false, spec.mean); });
    addEdit(
        QStringLiteral("std"), QStringLiteral("Std"), QStringLiteral("for 8-bit pixels, for example 0.5"),
        [](const DataSpec& spec) { return numbers(spec.std); },
        [](DataSpec& spec, const QString& text) { return readNumbers(text, true, spec.std); });
    addLabelNames();
}

void DataSource::addLabelNames()
{
    const int count = labelCount();
    if (count == 0)
        return;
    addHeading(QStringLiteral("Label names"));
    for (int i = 0; i < count; ++i) {
        const auto at = std::size_t(i);
        addEdit(
            QStringLiteral("label:%1").arg(i), QString::number(i), QStringLiteral("class %1").arg(i),
            [at](const DataSpec& spec) {
                return at < spec.labelNames.size() ? fromStd(spec.labelNames[at]) : QString();
            },
            [at](DataSpec& spec, const QString& text) {
                if (spec.labelNames.size() <= at)
                    spec.labelNames.resize(at + 1);
                spec.labelNames[at] = text.toStdString();
                return QString();
            });
    }
    if (const auto all = m_content.spec.labelNames.size(); all > maxLabelFields) {
        auto* more = new QLabel(QStringLiteral("and %1 more, from config.json").arg(all - maxLabelFields));
        more->setForegroundRole(QPalette::PlaceholderText);
        m_layout->addRow(QString(), more);
    }
}

void DataSource::addRoles()
{
    addHeading(QStringLiteral("Files and roles"));
    auto* roles = new DataRoles;
    m_layout->addRow(roles);
    m_refreshers.append([this, roles] { roles->setContent(m_content); });
}

void DataSource::refresh()
{
    m_folder->setText(m_content.folder);
    m_folder->setToolTip(m_content.folder);
    m_folder->setCursorPosition(0);
    for (const auto& one : m_refreshers)
        one();
    if (m_longest) {
        const auto& lengths = m_content.lengths;
        m_longest->setText(lengths.isEmpty() ? QString()
                                             : QStringLiteral("longest text here: %1 tokens")
                                                   .arg(*std::max_element(lengths.begin(), lengths.end())));
    }
    // What scrolls up and down only must not be wider than what shows it.
    m_scroll->setMinimumWidth(
        m_form->minimumSizeHint().width() + m_scroll->verticalScrollBar()->sizeHint().width());
}

void DataSource::write(const Writer& writer, const QString& text)
{
    DataSpec edited = m_content.spec;
    const QString error = writer(edited, text);
    m_error->setText(error);
    m_error->setVisible(!error.isEmpty());
    if (!error.isEmpty() || edited == m_content.spec)
        return;
    m_content.spec = edited;
    emit specEdited(edited);
}

void DataSource::applyTheme()
{
    m_choose->setIcon(icon(QStringLiteral("open"), palette()));
    setTextColour(m_error, Theme::of(palette()).misses);
}

void DataSource::changeEvent(QEvent* event)
{
    Panel::changeEvent(event);
    if (!m_error)
        return;
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
    if (event->type() == QEvent::FontChange) {
        rebuild();
        refresh();
    }
}

} // namespace octet::widgets
