// SPDX-License-Identifier: GPL-3.0-or-later
// What several commands need: arguments turned into models, data, configs and settings.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/console.h"
#include "core/data/dataset.h"
#include "core/exchange/inc_yaml.h"
#include "core/measure/measure.h"
#include "core/quantize/imported.h"
#include "core/quantize/resolve.h"
#include "core/values/trial.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace octet::cli {

/// Applies --isa to this process; before anything computes.
void capIsa(const Arguments& arguments);
int threadsOf(const Arguments& arguments); // default: the physical cores

/// NAME=FILE entries of `option`, files made absolute; throws UsageError.
std::map<std::string, std::string> namedFiles(const std::vector<std::string>& entries, const char* option);

bool namesData(const Arguments& arguments);
/// The data that the arguments name, paths made absolute. Throws UsageError for what makes no sense together.
DataSpec dataSpec(const Arguments& arguments);
/// The options of the data (--limit, --mean, ...) put over `spec`.
void overrideSpec(const Arguments& arguments, DataSpec& spec);

/// The model, and a note when it was quantized before.
quantize::Opened openModel(const Arguments& arguments, Console& console);
/// The ONNX value of that name, or the first whose range the product of that name reads.
std::string valueRead(const std::string& name, const graph::Model& model);

/// A config with its name and the ranges that came with it; --range is in it.
struct NamedConfig
{
    std::string name;
    Config config;
    Ranges ranges;
    Goal goal = {}; // of a file
    std::vector<exchange::NameMatch> matches = {}; // of an INC YAML: what its keys stand for
};
/// All of --config and --preset, in that order; warnings become notes. Empty without any.
std::vector<NamedConfig> configsOf(const Arguments& arguments, const graph::Model& model, Console& console);
/// The single one; `fallback` is the preset without any.
NamedConfig configOf(
    const Arguments& arguments, const graph::Model& model, Console& console, const std::string& fallback = "fp32");
/// The single one; without any, what the file was quantized with, else fp32.
NamedConfig configOf(const Arguments& arguments, const quantize::Opened& opened, Console& console);
/// Settings of every product. Throws Error(Setting) on keys that match nothing; warnings and refusals become notes.
Settings settingsOf(const graph::Model& model, const Config& config, Console& console);

/// Model, data and what watches over a computation.
measure::Context contextOf(const Arguments& arguments, std::shared_ptr<const graph::Model> model,
    std::shared_ptr<const data::Dataset> data, engine::WeightStore& store);
void throwIfInterrupted();

/// Weight products by the precision in which their group ran.
PrecisionCounts realisedCounts(const graph::Model& model, const std::vector<GroupProfile>& groups);

/// "705 of 872", or what takes its place where answers are not counted
std::string answersText(const Accuracy& accuracy);
/// "0.8085 (705 of 872)"
std::string describe(const Accuracy& accuracy);
nlohmann::json countsJson(const PrecisionCounts& counts);
nlohmann::json accuracyJson(const Accuracy& accuracy); // metric, value, correct, samples, ci95
nlohmann::json machineJson(const Machine& machine);
nlohmann::json trialJson(const Trial& trial); // one entry of trials[]

std::string readTextFile(const std::string& path, std::size_t maxBytes = std::size_t(64) << 20);

} // namespace octet::cli
