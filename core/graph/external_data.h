// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that lie in a file beside the model (TensorProto.data_location = EXTERNAL).
#pragma once

#include "core/graph/mapped_file.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace octet::graph {

struct ExternalReference
{
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length; // absent: as many bytes as the tensor has
};

/// Maps each external file once. A location is a relative path without `..` that resolves, links followed, to a file
/// inside the model's folder, or, where that folder is a Hugging Face hub cache (`snapshots/REVISION` of links), inside
/// its `blobs`.
class ExternalFiles
{
public:
    explicit ExternalFiles(const std::string& modelPath);
    /// The `size` bytes of tensor `name`; throws Error(Format | File).
    std::span<const std::byte> bytes(const ExternalReference& reference, std::uint64_t size, const std::string& name);
    std::vector<MappedFile> take();

private:
    std::string resolve(const std::string& location, const std::string& name) const;

    std::string m_modelPath;
    std::vector<MappedFile> m_files;
    std::map<std::string, std::size_t> m_indexOf;
};

} // namespace octet::graph
