// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/external_data.h"

#include "core/graph/printable.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fs = std::filesystem;

namespace octet::graph {

namespace {

constexpr std::size_t maxFiles = 10'000;

bool isInside(const fs::path& file, const fs::path& folder)
{
    const auto [rest, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return rest == folder.end();
}

/// Of `.../models--ORG--NAME/snapshots/REVISION[/onnx]`: `.../models--ORG--NAME/blobs`; empty for other folders.
fs::path hubBlobs(const fs::path& folder)
{
    fs::path at = folder;
    for (int depth = 0; depth < 4 && at.has_relative_path(); ++depth) {
        const fs::path parent = at.parent_path();
        if (parent.filename() == "snapshots" && fs::is_directory(parent.parent_path() / "blobs"))
            return parent.parent_path() / "blobs";
        at = parent;
    }
    return {};
}

} // namespace

ExternalFiles::ExternalFiles(const std::string& modelPath)
    : m_modelPath(modelPath)
{
}

std::string ExternalFiles::resolve(const std::string& location, const std::string& name) const
{
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorKind::Format,
            fmt::format(
                "{} keeps the weight '{}' in '{}', {}.", m_modelPath, printable(name), printable(location), why),
            {.file = m_modelPath});
    };
    const fs::path relative(location);
    if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute())
        refuse("which is not a relative path");
    if (std::find(relative.begin(), relative.end(), "..") != relative.end())
        refuse("which leads out of the model's folder");

    std::error_code error;
    const fs::path folder = fs::absolute(m_modelPath, error).parent_path();
    const fs::path file = fs::canonical(folder / relative, error);
    if (error)
        refuse("which is missing; put it beside the model");
    const fs::path home = fs::canonical(folder, error);
    if (!error && isInside(file, home))
        return file.string();
    const fs::path blobs = hubBlobs(home);
    if (blobs.empty() || !isInside(file, fs::canonical(blobs, error)))
        refuse("a link that leads out of the model's folder");
    return file.string();
}

std::span<const std::byte> ExternalFiles::bytes(
    const ExternalReference& reference, std::uint64_t size, const std::string& name)
{
    const std::string path = resolve(reference.location, name);
    auto it = m_indexOf.find(path);
    if (it == m_indexOf.end()) {
        if (m_files.size() >= maxFiles)
            throw Error(ErrorKind::Format,
                fmt::format("{} names more than {} files of weights.", m_modelPath, maxFiles), {.file = m_modelPath});
        m_files.emplace_back(path);
        it = m_indexOf.emplace(path, m_files.size() - 1).first;
    }
    const auto file = m_files[it->second].bytes();
    if (reference.length && *reference.length != size)
        throw Error(ErrorKind::Format,
            fmt::format("The weight '{}' of {} needs {} bytes, but its external data has {}.", printable(name),
                m_modelPath, size, *reference.length),
            {.file = m_modelPath});
    if (reference.offset > file.size() || size > file.size() - reference.offset)
        throw Error(ErrorKind::Format,
            fmt::format("{} ends before the weight '{}', which needs {} bytes at offset {}; it may be cut off.", path,
                printable(name), size, reference.offset),
            {.file = path});
    return file.subspan(static_cast<std::size_t>(reference.offset), static_cast<std::size_t>(size));
}

std::vector<MappedFile> ExternalFiles::take()
{
    m_indexOf.clear();
    return std::move(m_files);
}

} // namespace octet::graph
