// SPDX-License-Identifier: GPL-3.0-or-later
// The file's fused operators as the model has them: taken apart (core/graph/expand.h).
#pragma once

namespace onnx {
class ModelProto;
}
namespace octet::graph {
class Model;
}

namespace octet::exchange {

/// Puts the model's expanded nodes, and constants that only they read, in the place of the file's nodes that they stand
/// for, in the model's opset. Nothing to do without such nodes.
void writeExpanded(onnx::ModelProto& proto, const graph::Model& model);

} // namespace octet::exchange
