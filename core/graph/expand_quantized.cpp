// SPDX-License-Identifier: GPL-3.0-or-later
// Operators on integers, as ONNX Runtime's quantizer writes them, in the form of DequantizeLinear, the float operator
// and QuantizeLinear. Facts: ONNX Runtime's ContribOperators.md and its python/tools/quantization/operators.
#include "core/graph/expand.h"

#include "core/graph/expansion.h"
#include "core/graph/weight_values.h"

#include <algorithm>
#include <map>

namespace octet::graph {

namespace {

bool hasAll(const Node& node, std::initializer_list<std::size_t> inputs)
{
    return std::all_of(inputs.begin(), inputs.end(), [&](std::size_t i) { return has(node, i); });
}

/// The node's output from the float value `result`.
void quantizeTo(Expansion& to, const Node& node, const std::string& result, std::size_t scale, std::size_t zeroPoint)
{
    std::vector<std::string> inputs{result, node.inputs[scale]};
    if (has(node, zeroPoint))
        inputs.push_back(node.inputs[zeroPoint]);
    to.add("QuantizeLinear", node.name + "/QuantizeLinear", std::move(inputs), {}, node.outputs[0]);
}

Expansion::Attributes without(const Node& node, std::initializer_list<const char*> names)
{
    Expansion::Attributes attributes = node.attributes;
    for (const char* name : names)
        attributes.erase(name);
    return attributes;
}

/// int32 of scale `input` x `weight` (one or one a channel) as floats; "" where they are computed.
std::string bias(Expansion& to, const std::string& name, const Weight* integers, const Weight* input,
    const Weight* weight, float factor = 1)
{
    if (!integers || integers->type != DType::I32 || !input || !weight || elementCount(input->shape) != 1)
        return {};
    const Values<float> scales = graph::floats(*weight);
    const auto values = integers->as<std::int32_t>();
    if (scales.size() == 0 || (scales.size() != 1 && values.size() % scales.size() != 0))
        return {};
    std::vector<float> floats;
    for (std::size_t i = 0; i < values.size(); ++i)
        floats.push_back(static_cast<float>(values[i]) * (graph::floats(*input)[0] * scales[i % scales.size()] * factor));
    return to.floats(name, integers->shape, std::move(floats));
}

bool expandDynamicMatMul(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 2}))
        return false;
    const std::string& name = node.name;
    const std::string input = to.add(
        "DequantizeLinear", name + "/input", to.dynamicallyQuantized(name + "/DynamicQuantizeLinear", node.inputs[0]));
    const std::string weight = to.dequantized(name + "/weight", node, 1, 2, 3);
    const bool biased = has(node, 4);
    const std::string product = to.add("MatMul", name, {input, weight}, {}, biased ? "" : node.outputs[0]);
    if (biased)
        to.add("Add", name + "/bias", {product, node.inputs[4]}, {}, node.outputs[0]);
    return true;
}

bool expandMatMulToFloat(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 2, 3}))
        return false;
    const std::string& name = node.name;
    const std::string a = to.dequantized(name + "/input", node, 0, 2, 4);
    const std::string b = to.dequantized(name + "/weight", node, 1, 3, 5);
    const bool biased = has(node, 6);
    const std::string product = to.add("MatMul", name, {a, b}, {}, biased ? "" : node.outputs[0]);
    if (biased)
        to.add("Add", name + "/bias", {product, node.inputs[6]}, {}, node.outputs[0]);
    return true;
}

bool expandQGemm(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 3, 4}))
        return false;
    const float alpha = node.floatAttribute("alpha", 1);
    std::string c;
    if (has(node, 6)) {
        c = bias(to, node.name + "/bias", to.weight(node, 6), to.floats(node, 1), to.floats(node, 4), alpha);
        if (c.empty())
            return false;
    }
    const bool transposed = node.intAttribute("transB", 0) != 0;
    std::vector<std::string> inputs{to.dequantized(node.name + "/input", node, 0, 1, 2),
        to.dequantized(node.name + "/weight", node, 3, 4, 5, transposed ? 0 : 1)};
    if (!c.empty())
        inputs.push_back(c);
    const bool integers = has(node, 7);
    const std::string result = to.add("Gemm", node.name, inputs, node.attributes, integers ? "" : node.outputs[0]);
    if (integers)
        quantizeTo(to, node, result, 7, 8);
    return true;
}

bool expandQLinearConv(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 3, 4, 6}) || node.intAttribute("channels_last", 0) != 0)
        return false;
    std::string b;
    if (has(node, 8)) {
        b = bias(to, node.name + "/bias", to.weight(node, 8), to.floats(node, 1), to.floats(node, 4));
        if (b.empty())
            return false;
    }
    std::vector<std::string> inputs{
        to.dequantized(node.name + "/input", node, 0, 1, 2), to.dequantized(node.name + "/weight", node, 3, 4, 5, 0)};
    if (!b.empty())
        inputs.push_back(b);
    quantizeTo(to, node, to.add("Conv", node.name, inputs, without(node, {"channels_last"})), 6, 7);
    return true;
}

bool expandQLinearMatMul(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 3, 4, 6}))
        return false;
    const std::string a = to.dequantized(node.name + "/input", node, 0, 1, 2);
    const std::string b = to.dequantized(node.name + "/weight", node, 3, 4, 5);
    quantizeTo(to, node, to.add("MatMul", node.name, {a, b}), 6, 7);
    return true;
}

bool expandBinary(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 3, 4, 6}))
        return false;
    const std::string a = to.dequantized(node.name + "/A", node, 0, 1, 2);
    const std::string b = to.dequantized(node.name + "/B", node, 3, 4, 5);
    quantizeTo(to, node, to.add(node.opType == "QLinearAdd" ? "Add" : "Mul", node.name, {a, b}), 6, 7);
    return true;
}

/// Softmax along `axis`, or, before opset 13, over all dimensions from it on.
bool isSoftmaxAlongLast(const Expansion& to, const Node& node)
{
    const std::int64_t axis = node.intAttribute("axis", -1), opset = node.intAttribute("opset", 13);
    const int rank = to.rank(node.inputs[0]);
    return axis == -1 || (rank > 0 && axis == rank - 1) || (opset < 13) == (to.model().opset() < 13);
}

bool expandUnary(Expansion& to, const Node& node, const std::string& opType)
{
    if (!hasAll(node, {0, 1, 3}) || node.intAttribute("channels_last", 0) != 0
        || (opType == "Softmax" && !isSoftmaxAlongLast(to, node)))
        return false;
    const std::string x = to.dequantized(node.name + "/X", node, 0, 1, 2);
    Expansion::Attributes attributes = without(node, {"channels_last", "opset"});
    std::vector<std::string> inputs{x};
    const auto axes = node.intsAttribute("axes");
    if (opType == "ReduceMean" && axes && to.model().opset() >= 18) {
        attributes.erase("axes");
        inputs.push_back(to.ints(node.name + "/axes", {static_cast<std::int64_t>(axes->size())}, *axes));
    }
    if (opType == "Softmax" && !attributes.contains("axis"))
        attributes["axis"] = std::int64_t(-1);
    quantizeTo(to, node, to.add(opType, node.name, std::move(inputs), std::move(attributes)), 3, 4);
    return true;
}

bool expandConcat(Expansion& to, const Node& node)
{
    const std::size_t count = node.inputs.size();
    if (count < 5 || (count - 2) % 3 != 0 || !has(node, 0))
        return false;
    for (std::size_t i = 2; i < count; i += 3)
        if (!hasAll(node, {i, i + 1}))
            return false;
    std::vector<std::string> inputs;
    for (std::size_t i = 2; i < count; i += 3)
        inputs.push_back(to.dequantized(node.name + "/X", node, i, i + 1, i + 2));
    quantizeTo(to, node, to.add("Concat", node.name, std::move(inputs), node.attributes), 0, 1);
    return true;
}

bool expandWhere(Expansion& to, const Node& node)
{
    if (!hasAll(node, {0, 1, 2, 4, 5, 7}))
        return false;
    const std::string x = to.dequantized(node.name + "/X", node, 1, 2, 3);
    const std::string y = to.dequantized(node.name + "/Y", node, 4, 5, 6);
    quantizeTo(to, node, to.add("Where", node.name, {node.inputs[0], x, y}), 7, 8);
    return true;
}

/// Inputs: ids, segments, 3 embeddings, gamma, beta, mask, then 5 scales and 5 zero points.
bool expandEmbedding(Expansion& to, const Node& node)
{
    const bool lengths = wants(node, 1) && to.isRead(node.outputs[1]);
    if (!hasAll(node, {0, 2, 3, 5, 6, 8, 9, 11, 12}) || (has(node, 1) && !hasAll(node, {4, 10}))
        || (lengths && !has(node, 7)) || !wants(node, 0))
        return false;
    Node plain = node;
    plain.opType = "EmbedLayerNormalization";
    plain.inputs.resize(8);
    for (std::size_t i = 2; i < 7; ++i)
        if (has(node, i))
            plain.inputs[i] = to.dequantized(node.name + "/weight", node, i, i + 6, i + 11);
    return expandEmbedNorm(to, plain);
}

bool isByte(DType type)
{
    return type == DType::U8 || type == DType::I8;
}

/// com.microsoft's, which standard ones of old opsets lack nothing of for bytes.
bool expandStandard(Expansion& to, const Node& node)
{
    const Weight* zero = to.weight(node, 2);
    if (!hasAll(node, {0, 1}) || !wants(node, 0) || (has(node, 2) && (!zero || !isByte(zero->type))))
        return false;
    to.add(node.opType, node.name, node.inputs, node.attributes, node.outputs[0]);
    return true;
}

const std::map<std::string, std::string>& unaryForms()
{
    static const std::map<std::string, std::string> forms{{"QLinearSigmoid", "Sigmoid"},
        {"QLinearLeakyRelu", "LeakyRelu"}, {"QLinearSoftmax", "Softmax"}, {"QLinearReduceMean", "ReduceMean"},
        {"QLinearAveragePool", "AveragePool"}, {"QLinearGlobalAveragePool", "GlobalAveragePool"}};
    return forms;
}

} // namespace

bool expandQuantized(Expansion& to, AttentionMasks& masks, const Node& node)
{
    using Expand = bool (*)(Expansion&, const Node&);
    static const std::map<std::string, Expand> table{{"DynamicQuantizeMatMul", expandDynamicMatMul},
        {"MatMulIntegerToFloat", expandMatMulToFloat}, {"QGemm", expandQGemm}, {"QLinearConv", expandQLinearConv},
        {"QLinearMatMul", expandQLinearMatMul}, {"QLinearAdd", expandBinary}, {"QLinearMul", expandBinary},
        {"QLinearConcat", expandConcat}, {"QLinearWhere", expandWhere}, {"QEmbedLayerNormalization", expandEmbedding},
        {"QuantizeLinear", expandStandard}, {"DequantizeLinear", expandStandard}};
    if (node.opType == "QAttention")
        return expandQuantizedAttention(to, masks, node);
    if (!wants(node, 0))
        return false;
    if (const auto unary = unaryForms().find(node.opType); unary != unaryForms().end())
        return expandUnary(to, node, unary->second);
    const auto it = table.find(node.opType);
    return it != table.end() && it->second(to, node);
}

std::shared_ptr<const Model> expandLinear(std::shared_ptr<const Model> model)
{
    const auto isLinear = [](const Node& node) {
        return (node.domain.empty() || node.domain == "ai.onnx")
            && (node.opType == "QLinearMatMul" || node.opType == "QLinearConv");
    };
    if (std::none_of(model->nodes().begin(), model->nodes().end(), isLinear))
        return model;
    Expansion to(*model);
    AttentionMasks masks(to);
    for (const Node& node : model->nodes()) {
        to.replace(node);
        if (!isLinear(node) || !expandQuantized(to, masks, node))
            to.keep(node);
    }
    return rewritten(model, std::move(to.nodes()), to.weights());
}

} // namespace octet::graph
