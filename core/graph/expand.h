// SPDX-License-Identifier: GPL-3.0-or-later
// Fused operators of com.microsoft, which ONNX Runtime's transformer optimizer writes, taken apart into the standard
// operators that they stand for, so that each of their products can be chosen, quantized and exported like any other.
#pragma once

#include "core/graph/model.h"

#include <memory>

namespace octet::graph {

/// EmbedLayerNormalization, SkipLayerNormalization, BiasGelu, FastGelu with bias, FusedMatMul, FusedGemm, FusedConv,
/// Attention and MultiHeadAttention; graph::load does it. Facts: ONNX Runtime's ContribOperators.md. Operators that
/// compute in integers (DynamicQuantizeMatMul, MatMulIntegerToFloat, QGemm, QAttention, QEmbedLayerNormalization,
/// QLinear..) become the float operator between DequantizeLinear and QuantizeLinear.
///
/// A node NAME becomes NAME/Part, marked Node::expanded: of an attention NAME/query, NAME/key, NAME/value (the products
/// with weights), NAME/scores and NAME/context (the attention products); of FusedMatMul NAME itself is the product.
/// The outputs keep their names. Forms that these operators cannot say (past keys, rotary embeddings, packed keys,
/// computed weights, masks of unknown rank) are left as they are. The same model where there is nothing to do.
std::shared_ptr<const Model> expandFused(std::shared_ptr<const Model> model);

/// The same of ONNX's own QLinearMatMul and QLinearConv, which run as they are where nobody wants their parts.
std::shared_ptr<const Model> expandLinear(std::shared_ptr<const Model> model);

} // namespace octet::graph
