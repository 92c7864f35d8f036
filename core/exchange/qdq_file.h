// SPDX-License-Identifier: GPL-3.0-or-later
// The ONNX file that an export becomes: the model's own, to which nodes and constants are added under names that are free.
#pragma once

#include "core/graph/model.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace onnx {
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
} // namespace onnx

namespace octet::exchange {

class QdqFile
{
public:
    /// The file of the model, read again, in opset 13 or above. Errors: File, Format (it changed), Unsupported.
    explicit QdqFile(const graph::Model& model);
    ~QdqFile();

    onnx::GraphProto& graph() { return m_graph; }

    /// `wanted`, with a number where it is taken; taken from then on.
    std::string unique(const std::string& wanted);
    onnx::NodeProto& add(const char* type, const std::string& name, const std::vector<std::string>& inputs,
        const std::vector<std::string>& outputs);
    /// Constants, dense; `dims` empty = a scalar. Their name. Error(Unsupported) when one file cannot hold them.
    std::string constant(const std::string& name, const std::vector<std::int64_t>& dims, std::span<const float> values);
    std::string constant(const std::string& name, const std::vector<std::int64_t>& dims, std::span<const std::int8_t> values);
    std::string constant(const std::string& name, std::uint8_t value);

    /// A constant that goes where nobody reads it any more.
    void replaced(const std::string& constant) { m_replaced.insert(constant); }
    /// Takes out what was replaced and copies in what lay beside the model. Errors: Unsupported, File.
    void finish();
    /// Atomically. Errors: File, Resource (disk full).
    void save(const std::string& path) const;

private:
    std::string raw(const std::string& name, int type, const std::vector<std::int64_t>& dims, const void* data,
        std::size_t bytes);
    void dropReplaced();
    void inlineExternal();
    void inlineTensor(onnx::TensorProto& tensor, const std::string& value);
    void count(std::uint64_t bytes);

    const graph::Model& m_model;
    std::unique_ptr<onnx::ModelProto> m_proto;
    onnx::GraphProto& m_graph;
    std::unordered_set<std::string> m_names;
    std::set<std::string> m_replaced;
    std::uint64_t m_bytes = 0; // of what was added
};

void setInt(onnx::NodeProto& node, const char* name, std::int64_t value);

} // namespace octet::exchange
