// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves: a trial or the draft, as one of four files. Runs off the UI thread; pure but for the file.
#pragma once

#include "core/graph/model.h"
#include "core/quantize/products.h"
#include "core/values/sensitivity.h"
#include "core/values/trial.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace octet::desktop {

enum class ExportFormat { OctetYaml, IncYaml, QdqOnnx, Report };

struct ExportSource
{
    QString name; // "Trial 14: static, 6 products in fp32"
    Trial trial; // config, ranges, manifest; of the draft: what is known of it
    bool measured = false;
};

struct ExportInput
{
    ExportFormat format = ExportFormat::OctetYaml;
    std::shared_ptr<const graph::Model> model;
    std::vector<quantize::Product> products;
    ExportSource source;
    DataSpec data;
    Goal goal;
    long calibrationSamples = 0;
    QString path;
    // of a report, which needs no model
    std::vector<Trial> trials;
    Sensitivity sensitivity;
    std::string project, modelPath;
};

struct ExportResult
{
    QString error; // empty = written
    QStringList losses; // what the format cannot say
};

/// What the format cannot say, before anything is written (for QDQ: as far as the settings tell).
QStringList expectedLosses(const ExportInput& input);
/// Writes atomically. Never throws.
ExportResult writeExport(const ExportInput& input);

QString exportFormatName(ExportFormat format);
/// "model.octet.yaml", "model.int8.onnx"
QString exportFileName(ExportFormat format, const QString& modelPath);

} // namespace octet::desktop
