// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/expand.h"

#include "core/graph/expansion.h"
#include "core/graph/weight_values.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace octet::graph {

namespace {

const std::string microsoft = "com.microsoft";

/// Two outputs of training, mean and deviation, have no standard form.
bool expandSkipNorm(Expansion& to, const Node& node)
{
    if (node.inputs.size() < 3 || !has(node, 0) || !has(node, 1) || !has(node, 2) || !wants(node, 0) || wants(node, 1)
        || wants(node, 2))
        return false;
    std::string x = node.inputs[0], skip = node.inputs[1];
    const auto isProduct = [&](const std::string& value) {
        const Node* maker = to.model().producer(value);
        return maker && (maker->opType == "MatMul" || maker->opType == "FusedMatMul");
    };
    if (!isProduct(x) && isProduct(skip))
        std::swap(x, skip); // the bias that follows belongs to the product
    if (has(node, 4))
        x = to.add("Add", node.name + "/bias", {x, node.inputs[4]});
    x = to.add("Add", node.name + "/skip", {x, skip}, {}, wants(node, 3) ? node.outputs[3] : "");
    std::vector<std::string> inputs{x, node.inputs[2]};
    if (has(node, 3))
        inputs.push_back(node.inputs[3]);
    to.add("LayerNormalization", node.name, inputs,
        {{"axis", std::int64_t(-1)}, {"epsilon", node.floatAttribute("epsilon", 1e-12f)}}, node.outputs[0]);
    return true;
}

bool expandBiasGelu(Expansion& to, const Node& node)
{
    if (!has(node, 0) || !has(node, 1) || !wants(node, 0))
        return false;
    const std::string sum = to.add("Add", node.name + "/bias", {node.inputs[0], node.inputs[1]});
    to.add(node.opType == "BiasGelu" ? "Gelu" : "FastGelu", node.name, {sum}, {}, node.outputs[0], microsoft);
    return true;
}

/// Gemm or Conv with what comes behind it.
bool expandActivated(Expansion& to, const Node& node)
{
    const bool conv = node.opType == "FusedConv";
    const std::string activation = node.stringAttribute("activation", "");
    const auto list = node.attributes.find("activation_params");
    const auto* params = list == node.attributes.end() ? nullptr : std::get_if<std::vector<float>>(&list->second);
    const auto parameter = [&](const char* name, std::size_t i, float fallback) {
        return conv ? (params && i < params->size() ? (*params)[i] : fallback) : node.floatAttribute(name, fallback);
    };
    Expansion::Attributes own = node.attributes, behind;
    for (const char* name :
        {"activation", "activation_params", "activation_alpha", "activation_beta", "activation_gamma"})
        own.erase(name);
    if (activation == "LeakyRelu") {
        behind["alpha"] = parameter("activation_alpha", 0, 0.01f);
    } else if (activation == "HardSigmoid") {
        behind["alpha"] = parameter("activation_alpha", 0, 0.2f);
        behind["beta"] = parameter("activation_beta", 1, 0.5f);
    } else if (activation != "Relu" && activation != "Tanh" && activation != "Sigmoid") {
        return false;
    }
    if (!has(node, 0) || !has(node, 1) || !wants(node, 0))
        return false;
    std::vector<std::string> inputs = node.inputs;
    inputs.resize(std::min<std::size_t>(inputs.size(), 3));
    std::string value = to.add(conv ? "Conv" : "Gemm", node.name, std::move(inputs), std::move(own));
    if (conv && has(node, 3))
        value = to.add("Add", node.name + "/Add", {value, node.inputs[3]});
    to.add(activation, node.name + "/" + activation, {value}, std::move(behind), node.outputs[0]);
    return true;
}

std::string transposed(Expansion& to, const std::string& name, const std::string& value, int rank)
{
    const Weight* weight = to.model().weight(value);
    if (!weight || weight->type != DType::F32 || rank != 2) {
        std::vector<std::int64_t> order;
        for (std::int64_t i = 0; i < rank; ++i)
            order.push_back(i);
        std::swap(order[order.size() - 1], order[order.size() - 2]);
        return to.transpose(name, value, order);
    }
    const auto rows = static_cast<std::size_t>(weight->shape[0]), all = static_cast<std::size_t>(weight->shape[1]);
    return to.constant(name, DType::F32, {weight->shape[1], weight->shape[0]},
        [rows, all, weight = *weight](std::span<std::byte> bytes) {
            const std::span<float> turned = asFloats(bytes);
            const Values<float> values = floats(weight);
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < all; ++c)
                    turned[c * rows + r] = values[r * all + c];
            releasePages(weight.data);
        });
}

bool expandFusedMatMul(Expansion& to, const Node& node)
{
    if (!has(node, 0) || !has(node, 1) || !wants(node, 0) || node.intAttribute("transBatchA", 0) != 0
        || node.intAttribute("transBatchB", 0) != 0)
        return false;
    std::array<std::string, 2> operands{node.inputs[0], node.inputs[1]};
    const std::array<bool, 2> turned{node.intAttribute("transA", 0) != 0, node.intAttribute("transB", 0) != 0};
    for (std::size_t i = 0; i < 2; ++i)
        if (turned[i] && to.rank(operands[i]) < 2)
            return false;
    for (std::size_t i = 0; i < 2; ++i)
        if (turned[i])
            operands[i] = transposed(to, node.name + (i == 0 ? "/A" : "/B"), operands[i], to.rank(operands[i]));
    const float alpha = node.floatAttribute("alpha", 1);
    const std::string product =
        to.add("MatMul", node.name, {operands[0], operands[1]}, {}, alpha == 1 ? node.outputs[0] : "");
    if (alpha != 1)
        to.add(
            "Mul", node.name + "/alpha", {product, to.number(node.name + "/alpha_value", alpha)}, {}, node.outputs[0]);
    return true;
}

} // namespace

bool expandEmbedNorm(Expansion& to, const Node& node)
{
    const bool lengths = wants(node, 1) && to.isRead(node.outputs[1]);
    const bool segments = has(node, 1);
    for (const std::size_t i : {0, 2, 3, 5, 6})
        if (!has(node, i))
            return false;
    if (!wants(node, 0) || (lengths && !has(node, 7)) || (segments && !has(node, 4)))
        return false;
    const std::string& name = node.name;
    const std::string words = to.add("Gather", name + "/words", {node.inputs[2], node.inputs[0]});
    const std::string at = has(node, 8) ? node.inputs[8] : to.positions(name + "/position", node.inputs[0], 1);
    const std::string positions = to.add("Gather", name + "/positions", {node.inputs[3], at});
    const bool sums = wants(node, 2);
    std::string sum = to.add("Add", name + "/Add", {words, positions}, {}, sums && !segments ? node.outputs[2] : "");
    if (segments) {
        const std::string kinds = to.add("Gather", name + "/segments", {node.inputs[4], node.inputs[1]});
        sum = to.add("Add", name + "/Add_segments", {sum, kinds}, {}, sums ? node.outputs[2] : "");
    }
    if (lengths) { // the ones in each row
        const std::string mask = to.cast(name + "/Cast", node.inputs[7], DType::I32);
        if (to.model().opset() < 13)
            to.add("ReduceSum", name + "/lengths", {mask},
                {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", std::int64_t(0)}}, node.outputs[1]);
        else
            to.add("ReduceSum", name + "/lengths", {mask, to.ints(name + "/axes", {1}, {1})},
                {{"keepdims", std::int64_t(0)}}, node.outputs[1]);
    }
    to.add("LayerNormalization", name, {sum, node.inputs[5], node.inputs[6]},
        {{"axis", std::int64_t(-1)}, {"epsilon", node.floatAttribute("epsilon", 1e-12f)}}, node.outputs[0]);
    return true;
}

std::shared_ptr<const Model> expandFused(std::shared_ptr<const Model> model)
{
    const auto isFused = [](const Node& node) { return node.domain == microsoft; };
    if (std::none_of(model->nodes().begin(), model->nodes().end(), isFused))
        return model;
    Expansion to(*model);
    AttentionMasks masks(to);
    bool any = false;
    for (const Node& node : model->nodes()) {
        const std::string& type = node.opType;
        to.replace(node);
        const bool expanded = isFused(node)
            && ((type == "Attention" && expandAttention(to, masks, node))
                || (type == "MultiHeadAttention" && expandMultiHeadAttention(to, masks, node))
                || (type == "SkipLayerNormalization" && expandSkipNorm(to, node))
                || (type == "EmbedLayerNormalization" && expandEmbedNorm(to, node))
                || ((type == "BiasGelu" || type == "FastGelu") && expandBiasGelu(to, node))
                || (type == "FusedMatMul" && expandFusedMatMul(to, node))
                || ((type == "FusedGemm" || type == "FusedConv") && expandActivated(to, node))
                || expandQuantized(to, masks, node));
        any = any || expanded;
        if (!expanded)
            to.keep(node);
    }
    return any ? rewritten(model, std::move(to.nodes()), to.weights()) : model;
}

} // namespace octet::graph
