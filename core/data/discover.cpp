// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/columns.h"
#include "core/data/files.h"
#include "core/data/signature.h"
#include "core/data/table.h"
#include "core/values/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace octet::data {

namespace fs = std::filesystem;

namespace {

bool hasTokenizer(const std::string& folder)
{
    return isRegularFile(joinPath(folder, "tokenizer.json")) || isRegularFile(joinPath(folder, "vocab.txt"));
}

/// The first table of these names whose columns can be found; a file that cannot be read is none.
std::string findTable(
    const std::string& folder, const std::vector<std::string>& stems, bool labelNeeded, TextColumns& columns)
{
    for (const std::string& stem : stems)
        for (const char* end : {".tsv", ".csv", ".jsonl"}) {
            const std::string path = joinPath(folder, stem + end);
            if (!isRegularFile(path))
                continue;
            try {
                columns = findColumns(tableColumns(path), DataSpec(), path, labelNeeded);
                if (!labelNeeded || !columns.label.empty())
                    return path;
            } catch (const Error&) {
                continue; // an offer, no demand: the next name may fit
            }
        }
    return {};
}

DataSpec discoverText(const std::string& folder, const Signature& signature)
{
    DataSpec spec;
    TextColumns test, calib;
    spec.testFile = findTable(folder, {"test", "dev", "validation", "val"}, true, test);
    spec.calibFile = findTable(folder, {"calib", "calibration", "train"}, false, calib);
    if (spec.testFile.empty() && spec.calibFile.empty())
        return spec;
    spec.kind = DataKind::Text;
    const TextColumns& columns = spec.testFile.empty() ? calib : test;
    spec.textColumn = columns.text;
    spec.textPairColumn = columns.pair;
    spec.labelColumn = columns.label;
    if (!std::ranges::any_of(signature.folders, hasTokenizer))
        spec.tokenizerDir = folder;
    return spec;
}

/// By input name the arrays PREFIX_*.npy; a single other one is that of a single input.
std::map<std::string, std::string> findArrays(
    const std::string& folder, const std::string& prefix, const Signature& signature)
{
    std::map<std::string, std::string> found;
    for (const graph::ValueInfo& input : signature.inputs) {
        const std::string path = joinPath(folder, prefix + "_" + input.name + ".npy");
        if (isRegularFile(path))
            found[input.name] = path;
    }
    if (found.size() == signature.inputs.size())
        return found;
    if (signature.inputs.size() != 1)
        return {};
    std::vector<std::string> others;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(prefix + "_") && name.ends_with(".npy") && name != prefix + "_labels.npy")
            others.push_back(joinPath(folder, name));
    }
    if (others.size() != 1)
        return {};
    return {{signature.inputs[0].name, others[0]}};
}

std::vector<double> numbers(const nlohmann::json& json, const char* key)
{
    std::vector<double> values;
    if (!json.is_object() || !json.contains(key) || !json[key].is_array())
        return values;
    for (const auto& value : json[key])
        if (value.is_number())
            values.push_back(value.get<double>());
    return values;
}

DataSpec discoverArrays(const std::string& folder, const Signature& signature)
{
    DataSpec spec;
    spec.testInputs = findArrays(folder, "test", signature);
    spec.calibInputs = findArrays(folder, "calib", signature);
    if (spec.testInputs.empty() && spec.calibInputs.empty())
        return spec;
    spec.kind = DataKind::Arrays;
    for (const char* name : {"labels.npy", "test_labels.npy"})
        if (isRegularFile(joinPath(folder, name)))
            spec.labelsFile = joinPath(folder, name);
    const std::string inFolder = joinPath(folder, "preprocessor_config.json");
    const std::string config = isRegularFile(inFolder) ? inFolder : findBeside(signature, "preprocessor_config.json");
    if (!config.empty()) {
        const auto json = nlohmann::json::parse(readFile(config, 16u << 20), nullptr, false);
        spec.mean = numbers(json, "image_mean");
        spec.std = numbers(json, "image_std");
    }
    return spec;
}

} // namespace

DataSpec discover(const std::string& folder, const Signature& signature)
{
    const bool readsText = inputNamed(signature, "input_ids") != nullptr;
    if (readsText && (hasTokenizer(folder) || std::ranges::any_of(signature.folders, hasTokenizer))) {
        DataSpec spec = discoverText(folder, signature);
        if (spec.kind != DataKind::None)
            return spec;
    }
    return discoverArrays(folder, signature);
}

} // namespace octet::data
