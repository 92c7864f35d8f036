// SPDX-License-Identifier: GPL-3.0-or-later
// TensorProto -> Weight. Private to the loader: includes the onnx headers' forward declaration only.
#pragma once

#include "core/graph/external_data.h"
#include "core/graph/model_parts.h"

namespace onnx {
class TensorProto;
}

namespace octet::graph {

class TensorReader
{
public:
    TensorReader(const std::string& path, Storage& storage)
        : m_path(path)
        , m_storage(storage)
        , m_external(path)
    {
    }
    /// `raw`: the tensor's raw_data where the skeleton left it out; stays where it is when it is large, and aligned or fp32.
    /// Throws Error(Format) when sizes do not agree, before anything of that size is allocated.
    Weight read(const onnx::TensorProto& tensor, const std::string& name,
        const std::optional<std::span<const std::byte>>& raw = {});
    std::vector<MappedFile> takeFiles() { return m_external.take(); }

private:
    std::span<const std::byte> typedValues(const onnx::TensorProto& tensor, const Weight& weight, std::size_t count);
    std::span<const std::byte> inPlace(std::span<const std::byte> bytes, DType type);

    std::string m_path;
    Storage& m_storage;
    ExternalFiles m_external;
};

} // namespace octet::graph
