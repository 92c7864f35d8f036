// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/export_job.h"

#include "app/desktop/words.h"
#include "core/exchange/inc_yaml.h"
#include "core/exchange/octet_yaml.h"
#include "core/exchange/qdq.h"
#include "core/exchange/report_html.h"
#include "core/quantize/resolve.h"
#include "core/tune/report.h"
#include "core/values/error.h"

#include <QFileInfo>
#include <QObject>
#include <QSaveFile>

#include <algorithm>

namespace octet::desktop {

namespace {

using words::q;
using words::s;

QStringList list(const std::vector<std::string>& lines)
{
    QStringList result;
    for (const std::string& line : lines)
        result << q(line);
    return result;
}

void writeText(const QString& path, const std::string& text)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), qint64(text.size())) != qint64(text.size())
        || !file.commit())
        throw Error(ErrorKind::File, s(QObject::tr("%1 could not be written: %2.").arg(path, file.errorString())));
}

Settings settingsOf(const ExportInput& input)
{
    return quantize::resolve(*input.model, input.products, input.source.trial.config).settings();
}

QStringList qdqLosses(const ExportInput& input)
{
    int bf16 = 0, dynamic = 0;
    for (const auto& [name, settings] : settingsOf(input)) {
        bf16 += settings.precision == Precision::Bf16 ? 1 : 0;
        dynamic += settings.precision == Precision::Int8 && settings.approach == Approach::Dynamic ? 1 : 0;
    }
    QStringList losses;
    if (bf16 > 0)
        losses << QObject::tr("%1 in bf16 become fp32").arg(words::count(bf16, QStringLiteral("product")));
    if (dynamic > 0)
        losses << QObject::tr("Per-token scales of %1 become one scale a tensor")
                      .arg(words::count(dynamic, QStringLiteral("product")));
    losses << QObject::tr("Goal, data and measured results");
    return losses;
}

Report reportOf(const ExportInput& input)
{
    const auto trial = std::ranges::find(input.trials, input.source.trial.id, &Trial::id);
    if (trial == input.trials.end())
        throw Error(ErrorKind::Setting, "A report is about a trial; choose one, or select one in the table.");
    return tune::reportOf({input.trials, *trial, input.goal, input.data, input.sensitivity, input.project,
        tune::modelWords(input.modelPath, trial->manifest.modelHash), graph::fixtureNote(input.modelPath)});
}

} // namespace

QString exportFormatName(ExportFormat format)
{
    switch (format) {
    case ExportFormat::OctetYaml:
        return QObject::tr("Octet YAML: config, ranges, data, results");
    case ExportFormat::IncYaml:
        return QObject::tr("Intel Neural Compressor 1.x YAML");
    case ExportFormat::QdqOnnx:
        return QObject::tr("Int8 ONNX with QuantizeLinear and DequantizeLinear");
    case ExportFormat::Report:
        return QObject::tr("Report: one HTML file to show or print");
    }
    return {};
}

QString exportFileName(ExportFormat format, const QString& modelPath)
{
    const QString stem = QFileInfo(modelPath).completeBaseName();
    switch (format) {
    case ExportFormat::OctetYaml:
        return stem + QStringLiteral(".octet.yaml");
    case ExportFormat::IncYaml:
        return stem + QStringLiteral(".inc.yaml");
    case ExportFormat::QdqOnnx:
        return stem + QStringLiteral(".int8.onnx");
    case ExportFormat::Report:
        return stem + QStringLiteral(".report.html");
    }
    return {};
}

QStringList expectedLosses(const ExportInput& input)
{
    try {
        switch (input.format) {
        case ExportFormat::OctetYaml:
            return input.source.measured ? QStringList()
                                         : QStringList{QObject::tr("Results: the draft has not been measured (F9)")};
        case ExportFormat::IncYaml:
            return list(
                exchange::writeIncYaml(*input.model, input.source.trial.config, input.goal, input.calibrationSamples)
                    .losses);
        case ExportFormat::QdqOnnx:
            return qdqLosses(input);
        case ExportFormat::Report:
            return {QObject::tr("Config and ranges: it is for people")};
        }
    } catch (const std::exception& error) {
        return {QString::fromUtf8(error.what())};
    }
    return {};
}

ExportResult writeExport(const ExportInput& input)
{
    ExportResult result;
    try {
        switch (input.format) {
        case ExportFormat::OctetYaml: {
            const DataSpec* data = input.data.kind == DataKind::None ? nullptr : &input.data;
            writeText(
                input.path, exchange::writeOctetYaml(exchange::documentOf(input.source.trial, data, &input.goal)));
            break;
        }
        case ExportFormat::IncYaml: {
            const auto inc =
                exchange::writeIncYaml(*input.model, input.source.trial.config, input.goal, input.calibrationSamples);
            writeText(input.path, inc.yaml);
            result.losses = list(inc.losses);
            break;
        }
        case ExportFormat::QdqOnnx:
            if (QFileInfo(input.path) == QFileInfo(q(input.model->path())))
                throw Error(ErrorKind::File, "The export would overwrite the model itself. Choose another name.");
            result.losses = list(
                exchange::writeQdq(*input.model, settingsOf(input), input.source.trial.ranges, s(input.path)).losses);
            break;
        case ExportFormat::Report:
            writeText(input.path, exchange::reportHtml(reportOf(input)));
            break;
        }
    } catch (const std::exception& error) {
        result.error = QString::fromUtf8(error.what());
    }
    return result;
}

} // namespace octet::desktop
