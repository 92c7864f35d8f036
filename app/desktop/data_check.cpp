// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/data_check.h"

#include "app/desktop/words.h"
#include "core/values/error.h"

#include <QFileInfo>
#include <QLocale>

#include <algorithm>

namespace octet::desktop {

namespace {

using words::q;
using words::s;
using Content = widgets::DataPageContent;
constexpr std::size_t previewRows = 50;
enum CheckState { Open, Good, Decision, Wrong };

void describeModel(Content& content, const graph::Model& model)
{
    const QFileInfo file(q(model.path()));
    content.folder = file.absolutePath();
    content.modelFile = file.absoluteFilePath();
    for (const std::string& candidate : graph::modelFiles(s(content.folder)))
        content.modelFiles << q(candidate);
    if (!content.modelFiles.contains(content.modelFile))
        content.modelFiles.prepend(content.modelFile);
    content.modelNote = QStringLiteral("%1, %2").arg(
        words::fileSize(file.size()), words::count(long(model.nodes().size()), QStringLiteral("node")));
    if (const std::string note = graph::fixtureNote(model.path()); !note.empty())
        content.modelNote += QLatin1Char('\n') + q(note);
    QStringList inputs;
    for (const graph::ValueInfo& input : model.inputs())
        inputs << q(input.name);
    QString output = QStringLiteral("no output");
    if (!model.outputs().empty()) {
        output = q(model.outputs().front().name);
        const auto& shape = model.outputs().front().shape;
        if (!shape.empty() && shape.back().value > 0)
            output += QStringLiteral(" of %1 classes").arg(shape.back().value);
    }
    const QString words =
        inputs.size() <= 2 ? inputs.join(QStringLiteral(", ")) : words::count(inputs.size(), QStringLiteral("input"));
    content.checks << Content::Check{QStringLiteral("Model"), words + QStringLiteral(", ") + output, Good};
}

QString labelText(const DataSpec& spec, int label)
{
    if (label < 0)
        return {};
    const QString number = QString::number(label);
    return std::size_t(label) < spec.labelNames.size() ? number + QLatin1Char(' ') + q(spec.labelNames[label]) : number;
}

constexpr std::size_t shownTokens = 24;

QString labelText(const data::Dataset& dataset, Split split, std::size_t index, int label)
{
    if (split != Split::Test || dataset.labelKind() == LabelKind::Classes)
        return labelText(dataset.spec(), label);
    if (dataset.labelKind() == LabelKind::Numbers)
        return QString::number(double(dataset.target(split, index)), 'g', 6);
    QStringList labels;
    const std::vector<int> all = dataset.tokenLabels(split, index);
    for (std::size_t i = 0; i < std::min(all.size(), shownTokens); ++i)
        labels << QString::number(all[i]);
    return labels.join(QLatin1Char(' ')) + (all.size() > shownTokens ? QStringLiteral(" ...") : QString());
}

QVector<Content::Row> rows(const data::Dataset& dataset, Split split)
{
    QVector<Content::Row> result;
    for (const data::PreviewRow& from : dataset.preview(split, previewRows)) {
        Content::Row row;
        row.row = from.row;
        row.text = q(from.text);
        for (const std::string& token : from.tokens)
            row.tokens << q(token);
        row.ids = QVector<qint64>(from.ids.begin(), from.ids.end());
        row.length = from.length;
        row.label = labelText(dataset, split, std::size_t(result.size()), from.label);
        result << row;
    }
    return result;
}

void countLabels(Content& content, const data::Dataset& dataset)
{
    const std::pair<Split, const char*> splits[] = {
        {Split::Calibration, "Calibration"}, {Split::Tuning, "Tuning"}, {Split::HeldOut, "Held-out"}};
    const int classes = std::max(1, dataset.classes());
    for (const auto& [split, name] : splits) {
        Content::SplitCount count{QString::fromLatin1(name), QVector<long>(classes, 0)};
        for (std::size_t i = 0; i < dataset.size(split); ++i) {
            const bool tokens = split != Split::Calibration && dataset.labelKind() == LabelKind::Tokens;
            for (const int label : tokens ? dataset.tokenLabels(split, i) : std::vector{dataset.label(split, i)})
                ++(label < 0 ? count.unlabelled : count.perLabel[std::min(label, classes - 1)]);
        }
        content.splits << count;
    }
    for (std::size_t i = 0; i < dataset.size(Split::Test); ++i)
        if (const int length = dataset.length(Split::Test, i); length > 0)
            content.lengths << length;
    if (!dataset.hasLabels() || dataset.size(Split::Test) == 0)
        return;
    QVector<long> all(classes, 0);
    for (int split = 1; split < 3; ++split)
        for (int c = 0; c < classes; ++c)
            all[c] += content.splits[split].perLabel[c];
    const auto most = std::max_element(all.begin(), all.end());
    const int label = int(most - all.begin());
    const DataSpec& spec = dataset.spec();
    const QString name =
        std::size_t(label) < spec.labelNames.size() ? q(spec.labelNames[label]) : QString::number(label);
    content.majorityNote = QStringLiteral("Always answering \u201c%1\u201d gets %2 of %3 right.")
                               .arg(name)
                               .arg(*most)
                               .arg(dataset.size(Split::Test));
}

QString columns(const DataSpec& spec)
{
    if (spec.kind == DataKind::Arrays) {
        QStringList names;
        for (const auto& [input, file] : spec.testInputs)
            names << q(input);
        if (!spec.labelsFile.empty())
            names << QStringLiteral("labels");
        return names.join(QStringLiteral(", "));
    }
    QStringList names{q(spec.textColumn)};
    if (!spec.textPairColumn.empty())
        names << q(spec.textPairColumn);
    names << q(spec.labelColumn);
    names.removeAll(QString());
    return names.join(QStringLiteral(", "));
}

/// What the labels are, in a few words.
QString labelWords(const data::Dataset& dataset, const Content& content)
{
    const int classes = std::max(0, dataset.classes());
    if (dataset.labelKind() == LabelKind::Numbers) {
        float low = dataset.target(Split::Test, 0), high = low;
        for (std::size_t i = 1; i < dataset.size(Split::Test); ++i) {
            low = std::min(low, dataset.target(Split::Test, i));
            high = std::max(high, dataset.target(Split::Test, i));
        }
        return QStringLiteral("none: numbers from %1 to %2, judged by correlation").arg(double(low)).arg(double(high));
    }
    const int named = int(std::min<std::size_t>(dataset.spec().labelNames.size(), std::size_t(classes)));
    QString words = named > 0 ? QStringLiteral("%1 of %2 named").arg(named).arg(classes)
                              : QStringLiteral("numbers 0 to %1").arg(std::max(0, classes - 1));
    if (dataset.labelKind() == LabelKind::Tokens) {
        long counted = 0, ignored = 0;
        for (const Content::SplitCount& split : content.splits.mid(1)) {
            counted += split.rows() - split.unlabelled;
            ignored += split.unlabelled;
        }
        words += QStringLiteral("; of tokens: %1 count, %2 do not").arg(counted).arg(ignored);
    }
    return words;
}

QString fileOf(const std::string& text, const std::map<std::string, std::string>& arrays)
{
    return q(!text.empty() || arrays.empty() ? text : arrays.begin()->second);
}

/// Ranges would be learned from samples that are tested: the row says so, and offers both ways.
void askAboutShared(Content& content, const std::vector<data::SharedRow>& shared, const QString& noun)
{
    const DataSpec& spec = content.spec;
    content.problemFile = fileOf(spec.calibFile, spec.calibInputs);
    content.problemRow = shared.front().calibRow;
    const QString test = QFileInfo(fileOf(spec.testFile, spec.testInputs)).fileName();
    content.problem = QStringLiteral("Row %1 of %2 is also row %3 of %4")
                          .arg(shared.front().calibRow)
                          .arg(QFileInfo(content.problemFile).fileName())
                          .arg(shared.front().testRow)
                          .arg(test);
    if (shared.size() > 1)
        content.problem += QStringLiteral(", and %1 more").arg(shared.size() - 1);
    content.problem += QStringLiteral(". Ranges would be learned from %1s that are tested.").arg(noun);
    DataSpec without = spec, with = spec;
    without.sharedRows = "leave_out";
    with.sharedRows = "keep";
    content.fixes = {{QStringLiteral("Leave %1 out of calibration").arg(shared.size() > 1 ? QStringLiteral("them") : QStringLiteral("it")), without},
        {QStringLiteral("Keep both"), with}};
}

void describeData(DataCheck& check, const data::Dataset& dataset)
{
    Content& content = check.content;
    content.spec = dataset.spec();
    check.calibration = long(dataset.size(Split::Calibration));
    check.tuning = long(dataset.size(Split::Tuning));
    check.heldOut = long(dataset.size(Split::HeldOut));
    check.labels = dataset.labelKind();
    const bool labelled = check.labels != LabelKind::None;
    content.calibRows = rows(dataset, Split::Calibration);
    content.testRows = rows(dataset, Split::Test);
    countLabels(content, dataset);

    const DataSpec& spec = content.spec;
    content.checks << Content::Check{QStringLiteral("Columns"), columns(spec), labelled ? Good : Wrong};
    content.checks << Content::Check{QStringLiteral("Label names"), labelWords(dataset, content), Good};
    const QString noun = words::sampleNoun(spec);
    content.checks << Content::Check{QStringLiteral("Splits"),
        QStringLiteral("%1 / %2 / %3 %4s").arg(check.calibration).arg(check.tuning).arg(check.heldOut).arg(noun),
        check.tuning == 0            ? Wrong
            : check.calibration == 0 ? Decision
                                     : Good};
    const auto shared = dataset.shared();
    const bool undecided = !shared.empty() && spec.sharedRows.empty();
    QString rowsRead = words::count(check.calibration + check.tuning + check.heldOut, noun) + QStringLiteral(" read");
    if (spec.sharedRows == "leave_out" && !shared.empty())
        rowsRead += QStringLiteral(", %1 left out").arg(shared.size());
    content.checks << Content::Check{QStringLiteral("Rows"),
        undecided ? QStringLiteral("%1 needs a decision").arg(words::count(long(shared.size()), QStringLiteral("row")))
                  : rowsRead,
        undecided ? Decision : Good};
    if (check.tuning == 0)
        content.problem = QStringLiteral("There is no test data: accuracy cannot be measured. Choose a test file.");
    else if (!labelled)
        content.problem =
            QStringLiteral("The test data has no labels: accuracy cannot be measured. Name the label column.");
    else if (check.calibration == 0)
        content.problem = QStringLiteral("There is no calibration data: static int8 needs ranges from it.");
    else if (undecided)
        askAboutShared(content, shared, noun);
}

void describeProblem(Content& content, const Error& error)
{
    content.problem = q(error.message());
    content.problemFile = q(error.where().file);
    content.problemRow = error.where().row;
    const char* titles[] = {"Columns", "Label names", "Splits", "Rows"};
    const bool atRow = error.where().row > 0;
    for (const char* title : titles) {
        const bool here = atRow == (QLatin1String(title) == QLatin1String("Rows"))
            && (atRow || QLatin1String(title) == QLatin1String("Columns"));
        content.checks << Content::Check{QString::fromLatin1(title),
            here ? (atRow ? QStringLiteral("row %1 is wrong").arg(error.where().row) : QStringLiteral("cannot be read"))
                 : QStringLiteral("not checked"),
            here ? Wrong : Open};
    }
}

} // namespace

std::string fittingMetric(const std::string& metric, LabelKind labels)
{
    const bool numbers = metric == "pearson" || metric == "spearman", tokens = metric == "token_match";
    switch (labels) {
    case LabelKind::Numbers:
        return numbers ? metric : "pearson";
    case LabelKind::Tokens:
        return "token_match";
    case LabelKind::Classes:
        return numbers || tokens ? "accuracy" : metric;
    case LabelKind::None:
        break;
    }
    return metric;
}

std::shared_ptr<DataCheck> checkData(const DataSpec& wanted, std::shared_ptr<const graph::Model> model)
{
    auto check = std::make_shared<DataCheck>();
    Content& content = check->content;
    content.spec = wanted;
    try {
        describeModel(content, *model);
        if (wanted.kind == DataKind::None)
            content.spec = data::discover(s(content.folder), *model);
        if (content.spec.kind == DataKind::None) {
            describeProblem(content,
                Error(ErrorKind::Data,
                    "No data was found in the model's folder. Choose a file of texts "
                    "(.tsv, .csv, .jsonl) or arrays (.npy)."));
            return check;
        }
        const auto dataset = data::open(content.spec, *model);
        describeData(*check, *dataset);
        if (check->tuning > 0 && check->labels != LabelKind::None)
            check->dataHash = dataset->hash();
    } catch (const Error& error) {
        describeProblem(content, error);
    } catch (const std::exception& error) {
        describeProblem(content, Error(ErrorKind::Internal, error.what()));
    }
    return check;
}

} // namespace octet::desktop
