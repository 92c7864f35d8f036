// SPDX-License-Identifier: GPL-3.0-or-later
// The file's nodes as the model has them: fused operators taken apart (core/graph/expand.h), a quantization that the
// file held recognised (core/quantize/imported.h).
#pragma once

#include <string>
#include <unordered_set>

namespace onnx {
class GraphProto;
class ModelProto;
} // namespace onnx
namespace octet::graph {
class Model;
}

namespace octet::exchange {

/// Adds the values that nodes read, in subgraphs too, and the outputs.
void collectReads(const onnx::GraphProto& graph, std::unordered_set<std::string>& reads);

/// Nodes that the model does not have go, others come, in the model's opset, and readers read what the model says.
/// Nodes that are the same stay as the file has them, subgraphs included. Initializers that only went nodes read go
/// too; the DequantizeLinear of a constant stays in the place of its floats.
void writeNodes(onnx::ModelProto& proto, const graph::Model& model);

/// Constants that nodes read and the file lacks.
void writeConstants(onnx::ModelProto& proto, const graph::Model& model);

} // namespace octet::exchange
