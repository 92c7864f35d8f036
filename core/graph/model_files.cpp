// SPDX-License-Identifier: GPL-3.0-or-later
// Which .onnx file a path stands for.
#include "core/graph/model.h"

#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <tuple>

namespace fs = std::filesystem;

namespace octet::graph {

namespace {

constexpr std::size_t maxCandidates = 1000;

// Exports that somebody already quantized or rewrote: seldom what is to be tuned.
bool looksDerived(std::string name)
{
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const char* word : {"quant", "int8", "uint8", "qdq", "q4", "bnb", "fp16", "bf16", "optimized", "outlier"})
        if (name.find(word) != std::string::npos)
            return true;
    return false;
}

void collect(const fs::path& folder, std::vector<fs::path>& files)
{
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (it->path().extension() == ".onnx" && it->is_regular_file(ignored) && files.size() < maxCandidates)
            files.push_back(it->path());
    }
}

} // namespace

std::string fixtureNote(const std::string& modelFile)
{
    const fs::path file(modelFile);
    std::error_code ignored;
    const bool patched = fs::exists(file.parent_path() / "outlier_patch.json", ignored);
    return patched && file.stem().string().ends_with("outlier") ? "test fixture: outliers put in by hand" : "";
}

std::vector<std::string> modelFiles(const std::string& folder)
{
    std::vector<fs::path> files;
    collect(folder, files);
    collect(fs::path(folder) / "onnx", files);
    const auto key = [](const fs::path& file) {
        const bool nested = file.parent_path().filename() == "onnx";
        const bool canonical = file.filename() == "model.onnx";
        return std::tuple(!canonical, looksDerived(file.stem().string()), nested, file.filename().string());
    };
    std::sort(files.begin(), files.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    std::vector<std::string> result;
    for (const fs::path& file : files)
        result.push_back(file.string());
    return result;
}

std::string modelFile(const std::string& path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        throw Error(ErrorKind::File, fmt::format("There is no file or folder {}.", path), {.file = path});
    if (!fs::is_directory(status))
        return path;
    const auto files = modelFiles(path);
    if (files.empty())
        throw Error(ErrorKind::File,
            fmt::format("The folder {} holds no .onnx file; export the model to ONNX first.", path), {.file = path});
    return files.front();
}

} // namespace octet::graph
