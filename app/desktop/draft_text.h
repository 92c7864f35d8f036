// SPDX-License-Identifier: GPL-3.0-or-later
// A config as the text of the YAML page, and back. Pure.
#pragma once

#include "core/exchange/octet_yaml.h"
#include "core/graph/model.h"
#include "widgets/yaml_editor.h"

#include <optional>

namespace octet::desktop {

QString configText(const Config& config);

struct ConfigWritten
{
    QString text;
    QString note; // what the schema cannot say, or why there is no text
};
/// As Neural Compressor's YAML. Never throws.
ConfigWritten incText(const graph::Model& model, const Config& config, const Goal& goal, long calibrationSamples);

struct ConfigRead
{
    std::optional<exchange::ConfigText> text; // none while it makes no sense
    QVector<widgets::TextProblem> problems; // why not
};
/// Of Octet's own text. Never throws.
ConfigRead readConfigText(const QString& text);

/// Keys that match nothing, impossible leaves: where they stand in the text, errors first.
QVector<widgets::TextProblem> problemsInText(
    const std::vector<quantize::Problem>& problems, const std::map<std::string, Location>& places);

} // namespace octet::desktop
