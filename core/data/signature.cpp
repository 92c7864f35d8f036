// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signature.h"

#include "core/data/files.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace octet::data {

namespace fs = std::filesystem;

std::vector<std::string> foldersOf(const std::string& modelPath)
{
    std::error_code code;
    const fs::path folder = fs::is_directory(modelPath, code) ? fs::path(modelPath) : fs::path(modelPath).parent_path();
    std::vector<std::string> folders = {folder.empty() ? "." : folder.string()};
    if (fs::absolute(folder, code).lexically_normal().filename() == "onnx")
        folders.push_back((folder / "..").lexically_normal().string());
    return folders;
}

const graph::ValueInfo* inputNamed(const Signature& signature, const std::string& name)
{
    const auto it = std::ranges::find(signature.inputs, name, &graph::ValueInfo::name);
    return it == signature.inputs.end() ? nullptr : &*it;
}

namespace {

std::vector<graph::Dim> answerShape(const Signature& signature)
{
    if (signature.outputs.empty())
        return {};
    const auto logits = std::ranges::find(signature.outputs, "logits", &graph::ValueInfo::name);
    return logits == signature.outputs.end() ? signature.outputs.front().shape : logits->shape;
}

} // namespace

int outputRank(const Signature& signature)
{
    return static_cast<int>(answerShape(signature).size());
}

int classesOf(const Signature& signature)
{
    const auto shape = answerShape(signature);
    if (shape.empty() || shape.back().value < 1 || shape.back().value > std::numeric_limits<int>::max())
        return 0;
    return static_cast<int>(shape.back().value);
}

std::string findBeside(const Signature& signature, const std::string& name)
{
    for (const std::string& folder : signature.folders)
        if (isRegularFile(joinPath(folder, name)))
            return joinPath(folder, name);
    return {};
}

std::string describeShape(const graph::ValueInfo& value)
{
    std::string text;
    for (const graph::Dim& dim : value.shape)
        text += fmt::format("{}{}", text.empty() ? "" : ", ",
            dim.value >= 0         ? std::to_string(dim.value)
                : dim.name.empty() ? "?"
                                   : dim.name);
    return fmt::format("[{}]", text);
}

std::shared_ptr<const Dataset> open(const DataSpec& given, const Signature& signature)
{
    DataSpec spec = given;
    if (spec.kind == DataKind::None && (!spec.testFile.empty() || !spec.calibFile.empty()))
        spec.kind = DataKind::Text;
    else if (spec.kind == DataKind::None && (!spec.testInputs.empty() || !spec.calibInputs.empty()))
        spec.kind = DataKind::Arrays;
    if (const long limit = std::min(spec.limit, spec.calibLimit); limit < 0)
        throw Error(ErrorKind::Setting,
            fmt::format("{} {} samples cannot be used; give 1 or more, or 0 for all (the data's {}).", limit,
                limit == spec.limit ? "test" : "calibration", limit == spec.limit ? "limit" : "calib_limit"));
    if (spec.batchSize < 1)
        throw Error(
            ErrorKind::Setting, fmt::format("A batch size of {} makes no sense; give 1 or more.", spec.batchSize));
    if (spec.maxLength < 1)
        throw Error(ErrorKind::Setting, fmt::format("A length of {} makes no sense; give 1 or more.", spec.maxLength));
    for (const auto* values : {&spec.mean, &spec.std})
        if (!std::ranges::all_of(*values, [](double value) { return std::isfinite(value); }))
            throw Error(ErrorKind::Setting, "mean and std must be finite numbers.");
    if (std::ranges::any_of(spec.std, [](double value) { return value <= 0; }))
        throw Error(ErrorKind::Setting, "std must be greater than 0, since pixels are divided by it.");
    spec.hashes.clear();
    switch (spec.kind) {
    case DataKind::Text:
        return openText(spec, signature);
    case DataKind::Arrays:
        return openArrays(spec, signature);
    case DataKind::None:
        break;
    }
    throw Error(ErrorKind::Data, "No data is given: name text files (test, calib) or an array for each model input.");
}

int paddedLength(int length, int maxLength)
{
    constexpr int step = 16;
    return std::min(std::max(1, (length + step - 1) / step) * step, maxLength);
}

} // namespace octet::data
