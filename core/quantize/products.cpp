// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/products.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string_view>

namespace octet::quantize {

namespace {

using graph::Model;
using graph::Node;
using graph::Weight;

/// Of this machine; a worker elsewhere says for itself what it could not do.
std::string bf16Refusal()
{
    return __builtin_cpu_supports("avx512bf16") ? "" : "This CPU has no AVX512-BF16.";
}

const Weight* constant(const Model& model, const Node& node, std::size_t input)
{
    return input < node.inputs.size() && !node.inputs[input].empty() ? model.weight(node.inputs[input]) : nullptr;
}

bool computed(const Model& model, const Node& node, std::size_t input)
{
    return input < node.inputs.size() && !node.inputs[input].empty() && !model.weight(node.inputs[input]);
}

bool isStandard(const Node& node)
{
    return node.domain.empty() || node.domain == "ai.onnx";
}

bool isBias(const Weight& weight, std::int64_t n)
{
    return weight.type == DType::F32 && elementCount(weight.shape) == n
        && (weight.shape.empty() ? n == 1 : weight.shape.back() == n);
}

/// Why a MatMul, Gemm or Conv is no product with weights; empty = it is one, described in `product`.
using Check = std::string (*)(const Model&, const Node&, Product&);

std::string checkWeight(const Weight& weight, std::size_t rank)
{
    if (weight.type != DType::F32)
        return fmt::format("its weight is {}, and only float32 weights are quantized", toString(weight.type));
    if (weight.shape.size() != rank)
        return fmt::format("its weight has {} dimensions instead of {}", weight.shape.size(), rank);
    if (elementCount(weight.shape) == 0)
        return "its weight is empty";
    return {};
}

std::string checkMatMul(const Model& model, const Node& node, Product& product)
{
    const Weight* weight = constant(model, node, 1);
    if (!weight)
        return constant(model, node, 0) ? "its weight is the first operand, and only a second one is quantized"
                                        : "both operands are computed and it is not part of an attention";
    if (!computed(model, node, 0))
        return "both operands are constant, so it is computed once";
    if (std::string reason = checkWeight(*weight, 2); !reason.empty())
        return reason;
    product.kind = ProductKind::MatMul;
    product.k = weight->shape[0];
    product.n = weight->shape[1];
    return {};
}

std::string checkGemm(const Model& model, const Node& node, Product& product)
{
    const Weight* weight = constant(model, node, 1);
    if (!weight)
        return "its second operand is computed, not a weight";
    if (!computed(model, node, 0))
        return "both operands are constant, so it is computed once";
    if (std::string reason = checkWeight(*weight, 2); !reason.empty())
        return reason;
    if (node.floatAttribute("alpha", 1) != 1 || node.floatAttribute("beta", 1) != 1)
        return "its alpha or beta is not 1";
    if (node.intAttribute("transA", 0) != 0)
        return "its first operand is transposed";
    const bool transposed = node.intAttribute("transB", 0) != 0;
    product.kind = ProductKind::Gemm;
    product.k = weight->shape[transposed ? 1 : 0];
    product.n = weight->shape[transposed ? 0 : 1];
    if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
        const Weight* bias = constant(model, node, 2);
        if (!bias || !isBias(*bias, product.n))
            return "its third operand is no constant bias";
    }
    return {};
}

std::string checkConv(const Model& model, const Node& node, Product& product)
{
    const Weight* weight = constant(model, node, 1);
    if (!weight)
        return "its kernel is computed, not a weight";
    if (!computed(model, node, 0))
        return "both operands are constant, so it is computed once";
    if (node.intAttribute("group", 1) != 1)
        return "its channels are grouped";
    if (std::string reason = checkWeight(*weight, 4); !reason.empty())
        return reason;
    product.kind = ProductKind::Conv;
    product.n = weight->shape[0];
    product.k = weight->shape[1] * weight->shape[2] * weight->shape[3];
    if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
        const Weight* bias = constant(model, node, 2);
        if (!bias || !isBias(*bias, product.n))
            return "its third operand is no constant bias";
    }
    return {};
}

const std::map<std::string_view, Check>& checks()
{
    static const std::map<std::string_view, Check> table{
        {"MatMul", checkMatMul}, {"Gemm", checkGemm}, {"Conv", checkConv}};
    return table;
}

/// The MatMul of two computed operands that makes the scores of `softmax`, looked for through scale, mask and casts.
int scoresNode(const Model& model, const std::string& value, int depth)
{
    static const std::set<std::string_view> through{"Add", "Sub", "Mul", "Div", "Where", "Cast", "Identity"};
    const Node* node = model.producer(value);
    if (!node || !isStandard(*node) || depth > 4)
        return -1;
    if (node->opType == "MatMul")
        return computed(model, *node, 0) && computed(model, *node, 1) ? node->index : -1;
    if (!through.contains(node->opType))
        return -1;
    for (std::size_t i = node->opType == "Where" ? 1 : 0; i < node->inputs.size(); ++i)
        if (computed(model, *node, i))
            if (const int found = scoresNode(model, node->inputs[i], depth + 1); found >= 0)
                return found;
    return -1;
}

/// The MatMul whose first operand is the softmax, looked for through what exporters leave between the two.
int contextNode(const Model& model, const std::string& value, int depth)
{
    static const std::set<std::string_view> through{"Cast", "Identity", "Dropout", "Where"};
    if (depth > 3)
        return -1;
    for (const int reader : model.consumers(value)) {
        const Node& node = model.nodes()[static_cast<std::size_t>(reader)];
        if (!isStandard(node))
            continue;
        if (node.opType == "MatMul" && node.inputs.size() == 2 && node.inputs[0] == value && computed(model, node, 1))
            return node.index;
        if (through.contains(node.opType) && !node.outputs.empty())
            if (const int found = contextNode(model, node.outputs[0], depth + 1); found >= 0)
                return found;
    }
    return -1;
}

void addAttention(const Model& model, const Node& softmax, std::map<int, Product>& found)
{
    if (softmax.inputs.empty() || softmax.outputs.empty())
        return;
    const int scores = scoresNode(model, softmax.inputs[0], 0);
    const int context = scores < 0 ? -1 : contextNode(model, softmax.outputs[0], 0);
    if (context < 0)
        return;
    const auto add = [&](int index, ProductKind kind, int partner) {
        const Node& node = model.nodes()[static_cast<std::size_t>(index)];
        Product product;
        product.node = index;
        product.kind = kind;
        product.partner = partner;
        product.activation = node.inputs[0];
        product.weight = node.inputs[1];
        product.bf16Refusal = bf16Refusal();
        found.emplace(index, std::move(product));
    };
    add(scores, ProductKind::Scores, context);
    add(context, ProductKind::Context, scores);
}

std::map<int, Product> findProducts(const Model& model)
{
    std::map<int, Product> found;
    for (const Node& node : model.nodes()) {
        if (!isStandard(node))
            continue;
        if (node.opType == "Softmax") {
            addAttention(model, node, found);
            continue;
        }
        const auto check = checks().find(node.opType);
        Product product;
        if (check == checks().end() || !check->second(model, node, product).empty())
            continue;
        product.node = node.index;
        product.activation = node.inputs[0];
        product.weight = node.inputs[1];
        product.bf16Refusal = bf16Refusal();
        found[node.index] = std::move(product);
    }
    return found;
}

bool isAttention(const Model& model, const Node& node)
{
    if (node.opType != "MatMul" || !computed(model, node, 0) || !computed(model, node, 1))
        return false;
    std::map<int, Product> found;
    for (const Node& other : model.nodes())
        if (isStandard(other) && other.opType == "Softmax")
            addAttention(model, other, found);
    return found.contains(node.index);
}

/// What happens to an operator that is no product at all.
std::string fateOf(const std::string& opType)
{
    static const std::set<std::string_view> inGroup{"LayerNormalization", "SkipLayerNormalization",
        "SimplifiedLayerNormalization", "BatchNormalization", "InstanceNormalization", "GroupNormalization", "Softmax",
        "LogSoftmax", "Gelu", "FastGelu", "Erf", "Relu", "LeakyRelu", "Tanh", "Sigmoid", "HardSigmoid", "HardSwish",
        "Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Exp", "Log", "Neg", "Reciprocal", "Abs", "Clip", "Min", "Max",
        "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "BiasGelu", "Where"};
    static const std::set<std::string_view> plumbing{"Shape", "Constant", "ConstantOfShape", "Size", "Range", "Cast",
        "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Not", "NonZero"};
    static const std::set<std::string_view> movement{"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Concat", "Split",
        "Slice", "Expand", "Flatten", "Identity", "Tile", "Pad", "GatherElements", "GatherND", "ScatterND", "Dropout",
        "DepthToSpace", "SpaceToDepth"};
    static const std::set<std::string_view> quantizers{"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"};
    static const std::set<std::string_view> integer{
        "MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv", "MatMulIntegerToFloat", "QGemm"};
    static const std::set<std::string_view> attention{
        "Attention", "MultiHeadAttention", "QAttention", "GroupQueryAttention"};
    if (inGroup.contains(opType))
        return "computes in fp32 inside its group.";
    if (opType == "Gather")
        return "only looks rows up; it multiplies nothing.";
    if (plumbing.contains(opType))
        return "computes shapes, masks or constants, not activations.";
    if (movement.contains(opType))
        return "only moves data; it takes the precision of what it moves.";
    if (quantizers.contains(opType))
        return "is part of a quantization that the file already holds; it runs as written.";
    if (integer.contains(opType))
        return "already computes in integers as the file says.";
    if (attention.contains(opType))
        return "is a fused attention; its products are not chosen one by one.";
    return "is no product (MatMul, Gemm or Conv); only products run in int8.";
}

} // namespace

std::string toString(ProductKind kind)
{
    switch (kind) {
    case ProductKind::MatMul:
        return "MatMul";
    case ProductKind::Gemm:
        return "Gemm";
    case ProductKind::Conv:
        return "Conv";
    case ProductKind::Scores:
        return "Scores";
    case ProductKind::Context:
        return "Context";
    }
    return "?";
}

std::vector<Product> products(const graph::Model& model)
{
    std::vector<Product> all;
    for (auto& [index, product] : findProducts(model))
        all.push_back(std::move(product));
    return all;
}

std::string whyNotProduct(const graph::Model& model, const graph::Node& node)
{
    if (!isStandard(node))
        return fmt::format("{} of {} {}", node.opType, node.domain, fateOf(node.opType));
    if (node.opType == "ConvTranspose")
        return "ConvTranspose stays in fp32: only Conv is quantized.";
    const auto check = checks().find(node.opType);
    if (check == checks().end())
        return fmt::format("{} {}", node.opType, fateOf(node.opType));
    Product product;
    const std::string reason = check->second(model, node, product);
    if (reason.empty() || isAttention(model, node))
        return {};
    return fmt::format("{} stays in fp32: {}.", node.opType, reason);
}

} // namespace octet::quantize
