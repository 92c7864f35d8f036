// SPDX-License-Identifier: GPL-3.0-or-later
// compile() is this list of passes, in this order. Each is a function from graph to graph with tests of its own.
// A pass never fuses over a value that must exist (Ir::kept) or that has readers outside the pattern.
#pragma once

#include "core/engine/ir.h"
#include "core/engine/program.h"

namespace octet::engine {

/// Model -> Ir with the given input shapes: types and shapes of everything, shape arithmetic folded to constants.
/// Throws Error(Unsupported) that names the first node without a kernel and counts the others.
Ir buildIr(const graph::Model& model, const CompileOptions& options);

/// Decomposed LayerNorm (ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add) and LayerNormalization -> Norm.
void recogniseNorms(Ir& ir);

/// x * 0.5 * (1 + erf(x / sqrt 2)) and the tanh form, in the orders that exporters write -> Gelu.
void recogniseGelu(Ir& ir);

/// MatMul, scale, mask, Softmax, MatMul -> Attention. A scale on Q joins the others.
void recogniseAttention(Ir& ir);

/// MatMul, Gemm and patch Conv with constant weights -> Product, with bias, activation, residual and norm behind it.
void fuseProducts(Ir& ir, const std::vector<quantize::Product>& products);

/// Where only some rows of a value are read (the first token's), what leads to them computes no others. Exact.
void selectRows(Ir& ir);

/// Rows looked up in tables (Gather) and others, the sum of all and the norm behind it -> Embedding.
void recogniseEmbeddings(Ir& ir);

} // namespace octet::engine
