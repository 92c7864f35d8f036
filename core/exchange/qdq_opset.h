// SPDX-License-Identifier: GPL-3.0-or-later
// Raising a model's default opset to 13, where DequantizeLinear learned an axis.
#pragma once

namespace onnx {
class ModelProto;
}
namespace octet::graph {
class Model;
}

namespace octet::exchange {

constexpr int qdqOpset = 13;

/// Rewrites the ops whose form changed between the model's opset and 13 (attributes that became inputs, Softmax's
/// axis) and sets the opset. Nothing to do at 13 or above. Throws Error(Unsupported) that names the node where an op
/// cannot be rewritten. Facts: ONNX's Changelog.md.
void raiseOpset(onnx::ModelProto& proto, const graph::Model& model);

} // namespace octet::exchange
