// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shared.h"

#include "core/engine/cpu.h"
#include "core/exchange/inc_yaml.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace octet::cli {

namespace fs = std::filesystem;

namespace {

std::string absolutePath(const std::string& path)
{
    return path.empty() ? path : fs::absolute(path).lexically_normal().string();
}

void setIfGiven(std::string& target, const std::string& value)
{
    if (!value.empty())
        target = value;
}

} // namespace

std::map<std::string, std::string> namedFiles(const std::vector<std::string>& entries, const char* option)
{
    std::map<std::string, std::string> files;
    for (const std::string& entry : entries) {
        const std::size_t equals = entry.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size())
            throw UsageError{fmt::format("{} {}: expected NAME=FILE.", option, entry)};
        if (!files.emplace(entry.substr(0, equals), absolutePath(entry.substr(equals + 1))).second)
            throw UsageError{fmt::format("{} names the input \"{}\" twice.", option, entry.substr(0, equals))};
    }
    return files;
}

std::string valueRead(const std::string& name, const graph::Model& model)
{
    for (const quantize::Product& product : quantize::products(model))
        if (model.nodes()[static_cast<std::size_t>(product.node)].name == name)
            return quantize::valuesOf(product).front();
    return name;
}

namespace {

void addManualRanges(const Arguments& arguments, const graph::Model& model, Config& config)
{
    for (const std::string& entry : arguments.manualRanges) {
        const std::size_t equals = entry.rfind('='); // names may hold one, and a colon
        Interval range;
        const char* text = equals == std::string::npos ? "" : entry.c_str() + equals + 1;
        const char* end = entry.c_str() + entry.size();
        const auto low = std::from_chars(text, end, range.min);
        const bool colon = low.ec == std::errc() && low.ptr != end && *low.ptr == ':';
        const auto high = std::from_chars(colon ? low.ptr + 1 : end, end, range.max);
        if (equals == 0 || high.ec != std::errc() || high.ptr != end)
            throw UsageError{fmt::format("--range {}: expected VALUE=MIN:MAX, such as /encoder/Add_3=-4:6.5.", entry)};
        config.manualRanges[valueRead(entry.substr(0, equals), model)] = range;
    }
}

} // namespace

void capIsa(const Arguments& arguments)
{
    if (!arguments.isa.empty())
        engine::capIsa(arguments.isa);
}

int threadsOf(const Arguments& arguments)
{
    return arguments.threads.value_or(engine::physicalCores());
}

bool namesData(const Arguments& a)
{
    return !(a.dataFile.empty() && a.test.empty() && a.calib.empty() && a.inputs.empty() && a.calibInputs.empty());
}

void overrideSpec(const Arguments& a, DataSpec& spec)
{
    setIfGiven(spec.testFile, absolutePath(a.test));
    setIfGiven(spec.calibFile, absolutePath(a.calib));
    setIfGiven(spec.tokenizerDir, absolutePath(a.tokenizer));
    setIfGiven(spec.textColumn, a.textColumn);
    setIfGiven(spec.textPairColumn, a.textPairColumn);
    setIfGiven(spec.labelColumn, a.labelColumn);
    setIfGiven(spec.labelsFile, absolutePath(a.labels));
    if (!a.inputs.empty())
        spec.testInputs = namedFiles(a.inputs, "--input");
    if (!a.calibInputs.empty())
        spec.calibInputs = namedFiles(a.calibInputs, "--calib-input");
    if (!a.mean.empty())
        spec.mean = a.mean;
    if (!a.std.empty())
        spec.std = a.std;
    spec.maxLength = a.maxLength.value_or(spec.maxLength);
    spec.limit = a.limit.value_or(spec.limit);
    spec.calibLimit = a.calibLimit.value_or(spec.calibLimit);
    spec.splitSeed = a.splitSeed.value_or(spec.splitSeed);
    if (a.leaveOutShared)
        spec.sharedRows = "leave_out";
    spec.batchSize = a.batchSize.value_or(spec.batchSize);
}

DataSpec dataSpec(const Arguments& a)
{
    if (!namesData(a))
        throw UsageError{
            "Say where the data is: --test FILE --calib FILE for texts, --input NAME=FILE.npy --labels FILE.npy "
            "for arrays, or --data FILE.yaml."};
    const bool text = !a.test.empty() || !a.calib.empty();
    const bool arrays = !a.inputs.empty() || !a.calibInputs.empty();
    if (text && arrays)
        throw UsageError{"Texts (--test, --calib) and arrays (--input, --calib-input) do not go together."};
    if (a.mean.size() != a.std.size())
        throw UsageError{"--mean and --std belong together, with as many values each."};
    DataSpec spec;
    if (!a.dataFile.empty())
        spec = data::loadSpec(a.dataFile);
    if (text)
        spec.kind = DataKind::Text;
    if (arrays)
        spec.kind = DataKind::Arrays;
    overrideSpec(a, spec);
    return spec;
}

std::vector<NamedConfig> configsOf(const Arguments& arguments, const graph::Model& model, Console& console)
{
    std::vector<NamedConfig> configs;
    for (const std::string& path : arguments.configs) {
        exchange::ConfigFile file = exchange::readConfigFile(path, &model);
        for (const std::string& warning : file.warnings)
            console.note(fmt::format("{}: {}", path, warning));
        configs.push_back({fs::path(path).filename().string(), std::move(file.config), std::move(file.ranges),
            std::move(file.goal), std::move(file.matches)});
    }
    for (const std::string& preset : arguments.presets)
        configs.push_back({preset, presetConfig(preset), {}});
    for (NamedConfig& config : configs)
        addManualRanges(arguments, model, config.config);
    return configs;
}

NamedConfig configOf(
    const Arguments& arguments, const graph::Model& model, Console& console, const std::string& fallback)
{
    auto configs = configsOf(arguments, model, console);
    if (!configs.empty())
        return std::move(configs.front());
    NamedConfig config{fallback, presetConfig(fallback), {}};
    addManualRanges(arguments, model, config.config);
    return config;
}

NamedConfig configOf(const Arguments& arguments, const quantize::Opened& opened, Console& console)
{
    if (arguments.configs.empty() && arguments.presets.empty() && opened.wasQuantized) {
        NamedConfig config{"as in the file", opened.config, opened.ranges};
        addManualRanges(arguments, *opened.model, config.config);
        return config;
    }
    return configOf(arguments, *opened.model, console);
}

quantize::Opened openModel(const Arguments& arguments, Console& console)
{
    quantize::Opened opened = quantize::open(arguments.model);
    if (opened.wasQuantized) {
        console.note(fmt::format("The file is already quantized ({}): {} products run in int8 as it says.", opened.form,
            opened.products));
        for (const std::string& note : opened.notes)
            console.note(note);
    }
    return opened;
}

Settings settingsOf(const graph::Model& model, const Config& config, Console& console)
{
    const quantize::Resolution resolution = quantize::resolve(model, config);
    for (const quantize::Problem& problem : resolution.problems) {
        const std::string text = problem.path.empty() ? problem.message : problem.path + ": " + problem.message;
        if (problem.error)
            throw Error(ErrorKind::Setting, text);
        console.note(text);
    }
    std::map<std::string, int> refusals;
    for (const quantize::ResolvedOp& op : resolution.ops)
        if (!op.refusal.empty() && std::ranges::none_of(resolution.problems, [&](const quantize::Problem& problem) {
                return problem.message.find(op.refusal) != std::string::npos;
            }))
            ++refusals[op.refusal];
    for (const auto& [reason, count] : refusals)
        console.note(fmt::format("{} otherwise than asked: {}",
            count == 1 ? std::string("One op runs") : fmt::format("{} ops run", count), reason));
    return resolution.settings();
}

void throwIfInterrupted()
{
    if (interrupted())
        throw Error(ErrorKind::Cancelled, "Cancelled.");
}

measure::Context contextOf(const Arguments& arguments, std::shared_ptr<const graph::Model> model,
    std::shared_ptr<const data::Dataset> data, engine::WeightStore& store)
{
    measure::Context context;
    context.model = std::move(model);
    context.data = std::move(data);
    context.store = &store;
    context.threads = threadsOf(arguments);
    context.cancelled = interrupted;
    return context;
}

PrecisionCounts realisedCounts(const graph::Model& model, const std::vector<GroupProfile>& groups)
{
    std::set<std::string> counted;
    for (const quantize::Product& product : quantize::products(model))
        if (product.counted())
            counted.insert(model.nodes()[static_cast<std::size_t>(product.node)].name);
    PrecisionCounts counts;
    for (const GroupProfile& group : groups) {
        const auto products = static_cast<int>(
            std::ranges::count_if(group.nodes, [&](const std::string& node) { return counted.contains(node); }));
        switch (group.executed) {
        case Precision::Int8:
            counts.int8 += products;
            break;
        case Precision::Bf16:
            counts.bf16 += products;
            break;
        case Precision::Fp32:
            counts.fp32 += products;
            break;
        }
    }
    return counts;
}

std::string readTextFile(const std::string& path, std::size_t maxBytes)
{
    std::error_code code;
    if (fs::is_directory(path, code))
        throw Error(ErrorKind::File, fmt::format("{} is a folder; name a file.", path), {.file = path});
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)), {.file = path});
    std::string text(maxBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > maxBytes)
        throw Error(ErrorKind::Format, fmt::format("{} is above {} MiB, which no config is.", path, maxBytes >> 20),
            {.file = path});
    return text;
}

} // namespace octet::cli
