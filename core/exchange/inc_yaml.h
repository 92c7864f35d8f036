// SPDX-License-Identifier: GPL-3.0-or-later
// Intel Neural Compressor 1.x YAML (1.14.2's schema): validation with line and column, import, export.
#pragma once

#include "core/graph/model.h"
#include "core/values/config.h"
#include "core/values/goal.h"
#include "core/values/trial.h"

#include <string>
#include <vector>

namespace octet::exchange {

struct SchemaProblem
{
    bool error = true; // else a warning
    int line = 0, column = 0;
    std::string path; // "quantization.model_wise.weight.bit"
    std::string message;
};

/// All problems of a text against the schema; no error among them = INC's own validator accepts it. Throws
/// Error(Format) on a YAML syntax error, with `fileName` in its message.
std::vector<SchemaProblem> validateIncYaml(const std::string& text, const std::string& fileName = "YAML");

struct NameMatch
{
    std::string key; // as written
    std::vector<std::string> nodes; // what it matched
    std::string rule; // "exact", "full match", "prefix match", "nothing"; of keyMatches() also "op type"
    int line = 0, column = 0;
};

struct IncImport
{
    Config config;
    Goal goal;
    std::vector<NameMatch> matches;
    std::vector<SchemaProblem> problems; // warnings, and errors unless `keepUnknown`
    std::vector<std::string> kept; // sections taken verbatim
    std::string verbatim; // those sections as YAML, written again by the export
    std::string modelName; // model.name, model.framework
    std::string framework;
    std::vector<long> samplingSizes; // quantization.calibration.sampling_size; INC tries each in turn
};
/// Throws Error(Format) on a YAML syntax error and Error(Setting) on the first schema error, both with line and column.
/// Without a model, op_wise keys stay rules and are not matched.
IncImport readIncYaml(const std::string& text, const std::string& fileName, const graph::Model* model);

struct IncExport
{
    std::string yaml;
    std::vector<std::string> losses; // what the schema cannot say ("percentile 99.9 on 3 ops", "per token scales", ...)
};
/// Model-wise leaves plus one escaped op_wise entry for every op that differs; validates under validateIncYaml, and
/// readIncYaml of it resolves to the same settings for what the schema can say. `verbatim` is that of an import.
/// Throws Error(Setting) for a goal or config that cannot be valid at all.
IncExport writeIncYaml(const graph::Model& model, const Config& config, const Goal& goal, long calibrationSamples,
    const std::string& verbatim = {});

/// A config file of either kind, by its content. Throws like the readers; `ranges` only from .octet.yaml.
struct ConfigFile
{
    Config config;
    Ranges ranges;
    Goal goal;
    bool isInc = false;
    std::vector<NameMatch> matches; // of an INC YAML, as readIncYaml has them
    std::vector<std::string> warnings;
};
ConfigFile readConfigFile(const std::string& path, const graph::Model* model);
/// The same of a config that is no INC YAML: op types, rules, ops. Throws as quantize::matchingNodes().
std::vector<NameMatch> keyMatches(const Config& config, const graph::Model& model);

} // namespace octet::exchange
