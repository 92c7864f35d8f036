// SPDX-License-Identifier: GPL-3.0-or-later
// Which nodes of a model are products that may run in int8, and why the others may not (the capability table).
#pragma once

#include "core/graph/model.h"
#include "core/values/config.h"

#include <string>
#include <vector>

namespace octet::quantize {

enum class ProductKind {
    MatMul, // activation [.., K] x constant weight [K, N]
    Gemm, // activation [M, K] x constant weight ([K, N] or transB [N, K]); alpha = beta = 1
    Conv, // constant weight [N, C, kh, kw], group 1: K = C*kh*kw
    Scores, // QK^T: both operands computed, feeds (scale, mask and) Softmax
    Context, // PV: first operand is a Softmax
};
std::string toString(ProductKind kind);

struct Product
{
    int node = 0; // Model::nodes() index
    ProductKind kind = ProductKind::MatMul;
    std::string activation; // ONNX value whose range int8 needs (first operand)
    std::string weight; // constant operand; for Scores and Context the second computed operand
    std::int64_t k = 0, n = 0; // 0 for Scores and Context
    int partner = -1; // of Scores and Context: the other product of the attention, a node index too
    std::string int8Refusal; // why it cannot be int8 in this version; empty = it can
    std::string bf16Refusal;
    bool counted() const { return kind != ProductKind::Scores && kind != ProductKind::Context; }
};

/// In node order. Counted products are those with weights; Scores and Context are badges, not counts.
std::vector<Product> products(const graph::Model& model);

/// "LayerNormalization computes in fp32 inside its group", for a node that is no product. Empty for products.
std::string whyNotProduct(const graph::Model& model, const graph::Node& node);

} // namespace octet::quantize
