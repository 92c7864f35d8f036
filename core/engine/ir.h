// SPDX-License-Identifier: GPL-3.0-or-later
// The compiler's graph: shapes are concrete, constants are folded, passes rewrite it from general operators to groups.
#pragma once

#include "core/engine/activation.h"
#include "core/engine/ops/op.h"
#include "core/graph/model.h"
#include "core/quantize/products.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace octet::engine {

using ValueId = int; // index into Ir::values; -1 = none

struct IrValue
{
    std::string name; // ONNX name
    DType type = DType::Undefined;
    Shape shape;
    const std::byte* constant = nullptr; // dense; owned by the model or by `owned`
    std::shared_ptr<const Tensor> owned;
    const graph::Weight* made = nullptr; // instead of `constant`: no bytes are kept, see Weight::make
};

/// x -> (x - mean) / sqrt(variance + epsilon) * gamma + beta over the last dimension.
struct NormDetails
{
    ValueId gamma = -1, beta = -1; // constants of the last dimension; beta may be -1
    float epsilon = 0;
};

/// softmax(Q K^T * scale + mask) V. Inputs: Q [.., S, D], K^T [.., D, T], V [.., T, Dv], mask (broadcastable) or -1.
struct AttentionDetails
{
    float scale = 1;
    float queryScale = 1; // the part of it that the model applies to Q: ranges of Q are of the scaled values
    const graph::Node* context = nullptr; // the second product; the first is the group's source
};

/// activation(A W + bias) (+ residual) (-> LayerNorm). Inputs: A, residual or -1. Outputs: the sum, the norm.
struct ProductDetails
{
    quantize::Product product;
    const graph::Weight* weight = nullptr;
    bool transposed = false; // weight is [N, K]
    ValueId bias = -1; // constant [N]
    Activation activation = Activation::None;
    bool hasNorm = false;
    NormDetails norm;
};

/// Positions [first, first + count) along one axis: a view.
struct SelectDetails
{
    int axis = 0;
    std::int64_t first = 0, count = 1;
    bool operator==(const SelectDetails&) const = default;
};

/// Embedding: LayerNorm(sum of terms). Inputs: a term's rows [.., columns] and the ids that look them up, or -1 where
/// they follow each other, in turn; terms with fewer rows than the sum begin again.
enum class IrKind { General, Norm, Gelu, Attention, Product, Select, Embedding };

struct IrNode
{
    IrKind kind = IrKind::General;
    const graph::Node* source = nullptr; // its main ONNX node: name, attributes of general operators
    std::vector<ValueId> inputs, outputs; // -1 = omitted or not needed
    std::vector<const graph::Node*> lookups; // Embedding, by term: the Gather; null without ids
    std::vector<int> origins; // ONNX node indices, main node first
    NormDetails norm; // Norm, Embedding
    Activation activation = Activation::None; // Gelu
    AttentionDetails attention; // Attention
    ProductDetails product; // Product
    SelectDetails select; // Select
};

struct Ir
{
    const graph::Model* model = nullptr;
    std::vector<IrValue> values;
    std::vector<IrNode> nodes; // topological order
    std::vector<ValueId> inputs, outputs;
    std::set<ValueId> kept; // outputs and taps: must exist under their own name

    const IrValue& value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
    bool isConstant(ValueId id) const { return id >= 0 && (value(id).constant || value(id).made); }
    /// The single number that a constant holds, if it does.
    std::optional<double> scalar(ValueId id) const;
};

/// Who makes and who reads each value; valid until the graph changes.
class Uses
{
public:
    explicit Uses(const Ir& ir);
    int producer(ValueId id) const { return id < 0 ? -1 : m_producer[static_cast<std::size_t>(id)]; }
    const std::vector<int>& readers(ValueId id) const { return m_readers[static_cast<std::size_t>(id)]; }
    /// The only reader of a value that nobody outside needs; -1 otherwise.
    int onlyReader(const Ir& ir, ValueId id) const;

private:
    std::vector<int> m_producer;
    std::vector<std::vector<int>> m_readers;
};

/// OpContext of a general node, with dense strides.
OpContext contextOf(const Ir& ir, const IrNode& node);

/// Removes the nodes marked dead and those whose outputs nobody reads; sorts the rest topologically (stable).
void cleanUp(Ir& ir, const std::set<int>& dead);

} // namespace octet::engine
