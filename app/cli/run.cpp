// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/shared.h"
#include "core/data/npy.h"
#include "core/engine/program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace octet::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A tensor's name is the model's to choose; what becomes of it here is one plain file name.
std::string safeName(const std::string& name, std::set<std::string>& taken)
{
    std::string safe;
    for (const char c : name.substr(0, 100))
        safe += (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.') ? c : '_';
    while (safe.starts_with('.'))
        safe.erase(0, 1);
    if (safe.empty())
        safe = "output";
    std::string unique = safe;
    for (int i = 2; !taken.insert(unique).second; ++i)
        unique = fmt::format("{}_{}", safe, i);
    return unique;
}

/// (x/255 - mean)/std; with several values one a channel, which is dimension 1.
Tensor normalized(const Tensor& image, const std::vector<double>& mean, const std::vector<double>& deviation)
{
    const auto channels = static_cast<std::int64_t>(mean.size());
    if (channels > 1 && (image.shape.size() < 2 || image.shape[1] != channels))
        throw Error(ErrorKind::Data,
            fmt::format("--mean has {} values, but the array's shape is {}, without as many channels.", channels,
                toString(image.shape)));
    for (const double value : deviation)
        if (!(value > 0))
            throw Error(ErrorKind::Setting, "--std must be above 0.");
    Tensor result(DType::F32, image.shape);
    std::int64_t inner = 1;
    for (std::size_t i = 2; i < image.shape.size(); ++i)
        inner *= image.shape[i];
    const auto* from = image.data<std::uint8_t>();
    auto* to = result.data<float>();
    for (std::int64_t i = 0, count = image.count(); i < count; ++i) {
        const auto channel = static_cast<std::size_t>(channels > 1 ? i / inner % channels : 0);
        to[i] = static_cast<float>((from[i] / 255.0 - mean[channel]) / deviation[channel]);
    }
    return result;
}

Tensor readInput(const Arguments& arguments, const std::string& path, DType wanted)
{
    Tensor tensor = fs::path(path).extension() == ".pb" ? data::readTensorProto(path) : data::readNpy(path);
    if (tensor.type == DType::U8 && wanted == DType::F32) {
        const std::vector<double> zero{0}, one{1};
        return normalized(
            tensor, arguments.mean.empty() ? zero : arguments.mean, arguments.std.empty() ? one : arguments.std);
    }
    return tensor;
}

std::map<std::string, Tensor> readInputs(const Arguments& arguments, const graph::Model& model)
{
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, path] : namedFiles(arguments.inputs, "--input")) {
        const auto& inputs = model.inputs();
        const auto input = std::ranges::find(inputs, name, &graph::ValueInfo::name);
        if (input == inputs.end()) {
            std::vector<std::string> names;
            for (const auto& candidate : inputs)
                names.push_back(candidate.name);
            const auto nearest = quantize::nearestNames(names, name);
            throw Error(ErrorKind::Data,
                fmt::format("The model has no input \"{}\"; it has {}.", name, fmt::join(nearest, ", ")));
        }
        tensors.emplace(name, readInput(arguments, path, input->type));
        if (tensors.at(name).type != input->type)
            throw Error(ErrorKind::Data,
                fmt::format("{} holds {}, but the input \"{}\" is {}.", path, toString(tensors.at(name).type), name,
                    toString(input->type)),
                {.file = path});
    }
    for (const auto& input : model.inputs())
        if (!tensors.contains(input.name))
            throw Error(ErrorKind::Data,
                fmt::format("The model's input \"{0}\" is missing: give --input {0}=FILE.", input.name));
    return tensors;
}

} // namespace

int run(const Arguments& arguments, Console& console)
{
    capIsa(arguments);
    // A file that is quantized already runs as written; a config is of the products behind it.
    const bool chosen = !arguments.configs.empty() || !arguments.presets.empty();
    const auto model = chosen ? openModel(arguments, console).model : graph::load(arguments.model);
    const auto tensors = readInputs(arguments, *model);
    const NamedConfig config = configOf(arguments, *model, console);
    engine::CompileOptions options;
    options.threads = threadsOf(arguments);
    options.cancelled = interrupted;
    for (const auto& [name, tensor] : tensors) {
        options.inputShapes[name] = tensor.shape;
        if (engine::decidesShapes(tensor))
            options.fixedInputs[name] = tensor;
    }
    engine::WeightStore store;
    const auto program =
        engine::compile(model, settingsOf(*model, config.config, console), config.ranges, options, store);
    engine::Session session(program);
    for (const auto& [name, tensor] : tensors)
        session.setInput(name, tensor);
    throwIfInterrupted();
    session.run();

    std::error_code code;
    fs::create_directories(arguments.outputDir, code);
    if (code)
        throw Error(ErrorKind::File, fmt::format("Cannot make the folder {}: {}.", arguments.outputDir, code.message()),
            {.file = arguments.outputDir});
    json outputs = json::array();
    std::set<std::string> taken;
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < program->outputNames().size(); ++i) {
        const std::string& name = program->outputNames()[i];
        const Tensor tensor = session.outputTensor(i);
        const std::string file = (fs::path(arguments.outputDir) / (safeName(name, taken) + ".npy")).string();
        data::writeNpy(file, tensor);
        outputs.push_back({{"name", name}, {"file", file}, {"dtype", toString(tensor.type)}, {"shape", tensor.shape}});
        rows.push_back({name, toString(tensor.type), toString(tensor.shape), file});
    }
    console.result({{"outputs", std::move(outputs)}}, table(rows));
    return Done;
}

} // namespace octet::cli
