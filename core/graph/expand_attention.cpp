// SPDX-License-Identifier: GPL-3.0-or-later
// Attention, QAttention and MultiHeadAttention of com.microsoft as products, scale, mask and softmax.
#include "core/graph/expansion.h"
#include "core/graph/weight_values.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>

namespace octet::graph {

namespace {

constexpr float causalMask = -1e9f; // hides beside any padding, and times log2(e) is still a number
constexpr std::array<const char*, 3> roles{"query", "key", "value"};

struct Parts
{
    std::array<std::string, 3> projected; // query, key, value: [B, S, H]
    std::int64_t heads = 0;
    std::int64_t depth = 0; // of one head's query; 0 = not known here
    float scale = 0; // 0 = 1 / sqrt(depth)
    std::string mask; // additive, or ""
    std::string output;
};

bool isPlain(const Node& node)
{
    return node.droppedAttributes.empty() && node.intAttribute("do_rotary", 0) == 0
        && node.intAttribute("num_heads", 0) > 0 && wants(node, 0) && !wants(node, 1) && !wants(node, 2)
        && !wants(node, 3);
}

std::string scaleOf(Expansion& to, const std::string& name, const Parts& parts, const std::string& query)
{
    if (parts.scale != 0 || parts.depth > 0)
        return to.number(
            name + "/scale", parts.scale != 0 ? parts.scale : 1 / std::sqrt(static_cast<float>(parts.depth)));
    const std::string shape = to.add("Shape", name + "/Shape", {query});
    const std::string depth = to.add("Gather", name + "/depth", {shape, to.ints(name + "/last", {}, {3})});
    const std::string root = to.add("Sqrt", name + "/Sqrt", {to.cast(name + "/Cast", depth, DType::F32)});
    return to.add("Reciprocal", name + "/Reciprocal", {root});
}

/// softmax(Q K^T * scale + mask) V of [B, S, heads * depth] operands.
void addAttention(Expansion& to, const std::string& name, const Parts& parts)
{
    std::array<std::string, 3> heads;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string part = fmt::format("{}/{}", name, roles[i]);
        const std::string split = to.reshape(part + "_heads", parts.projected[i], {0, 0, parts.heads, -1});
        heads[i] = to.transpose(part + "_Transpose", split,
            i == 1 ? std::vector<std::int64_t>{0, 2, 3, 1} : std::vector<std::int64_t>{0, 2, 1, 3});
    }
    std::string scores = to.add("MatMul", name + "/scores", {heads[0], heads[1]});
    scores = to.add("Mul", name + "/Mul", {scores, scaleOf(to, name, parts, heads[0])});
    if (!parts.mask.empty())
        scores = to.add("Add", name + "/Add", {scores, parts.mask});
    const std::string probabilities = to.add("Softmax", name + "/Softmax", {scores},
        {{"axis", to.model().opset() < 13 ? std::int64_t(3) : std::int64_t(-1)}});
    const std::string context = to.add("MatMul", name + "/context", {probabilities, heads[2]});
    const std::string rows = to.transpose(name + "/Transpose", context, {0, 2, 1, 3});
    to.reshape(name + "/Reshape", rows, {0, 0, -1}, parts.output);
}

/// Columns of a constant of one or two dimensions.
std::string columns(
    Expansion& to, const std::string& name, const Weight& weight, std::int64_t first, std::int64_t count)
{
    const std::int64_t all = weight.shape.back(), rows = elementCount(weight.shape) / all;
    const Shape shape = weight.shape.size() == 1 ? Shape{count} : Shape{rows, count};
    const std::size_t unit = elementSize(weight.type), row = static_cast<std::size_t>(all) * unit,
                      wanted = static_cast<std::size_t>(count) * unit, skipped = static_cast<std::size_t>(first) * unit;
    return to.constant(name, weight.type, shape, [=](std::span<std::byte> part) {
        const WeightBytes from(weight);
        for (std::size_t r = 0; r * wanted < part.size(); ++r)
            std::memcpy(part.data() + r * wanted, from.span().data() + r * row + skipped, wanted);
        releasePages(weight.data);
    });
}

/// The additive mask of all that hides or biases scores: one value, since an attention is recognised with one.
std::string maskOf(Expansion& to, AttentionMasks& masks, const Node& node, std::size_t padding, std::size_t bias,
    const std::string& queries, const std::string& keys)
{
    std::vector<std::string> terms;
    if (has(node, padding))
        terms.push_back(
            masks.padding(node.name, node.inputs[padding], keys, node.floatAttribute("mask_filter_value", -10000.0f)));
    if (node.intAttribute("unidirectional", 0) != 0)
        terms.push_back(masks.causal(node.name, queries, keys));
    if (has(node, bias))
        terms.push_back(node.inputs[bias]);
    std::string sum = terms.empty() ? "" : terms[0];
    for (std::size_t i = 1; i < terms.size(); ++i)
        sum = to.add("Add", node.name + "/mask", {sum, terms[i]});
    return sum;
}

using Sizes = std::array<std::int64_t, 3>; // columns of query, key and value in a packed weight

std::optional<Sizes> packedSizes(
    const Expansion& to, const AttentionMasks& masks, const Node& node, const Weight& weight, std::size_t mask)
{
    const Weight* bias = to.floats(node, 2);
    if (!has(node, 0) || (has(node, 2) && !bias) || weight.shape.size() != 2 || elementCount(weight.shape) == 0
        || (has(node, mask) && !masks.knows(node.inputs[mask], node.inputs[0])))
        return {};
    const std::int64_t all = weight.shape[1], heads = node.intAttribute("num_heads", 0);
    const auto given = node.intsAttribute("qkv_hidden_sizes").value_or(std::vector<std::int64_t>(3, all / 3));
    if (given.size() != 3)
        return {};
    for (const std::int64_t size : given)
        if (size <= 0 || size > all || size % heads != 0)
            return {};
    if (given[0] != given[1] || given[0] + given[1] + given[2] != all
        || (bias && (bias->shape.size() != 1 || bias->shape[0] != all)))
        return {};
    return Sizes{given[0], given[1], given[2]};
}

using WeightPart = std::function<std::string(const std::string& part, std::int64_t first, std::int64_t count)>;

/// An attention of one packed weight; `node` has the inputs of Attention, but for the weight.
void addPacked(Expansion& to, AttentionMasks& masks, const Node& node, const Sizes& sizes, const WeightPart& weight)
{
    const Weight* bias = to.floats(node, 2);
    Parts parts;
    for (std::size_t i = 0, first = 0; i < 3; ++i) {
        const std::string part = fmt::format("{}/{}", node.name, roles[i]);
        const auto from = static_cast<std::int64_t>(first);
        parts.projected[i] = to.add("MatMul", part, {node.inputs[0], weight(part, from, sizes[i])});
        if (bias)
            parts.projected[i] =
                to.add("Add", part + "_Add", {parts.projected[i], columns(to, part + "_bias", *bias, from, sizes[i])});
        first += static_cast<std::size_t>(sizes[i]);
    }
    parts.heads = node.intAttribute("num_heads", 0);
    parts.depth = sizes[0] / parts.heads;
    parts.scale = node.floatAttribute("scale", 0);
    parts.mask = maskOf(to, masks, node, 3, 5, node.inputs[0], node.inputs[0]);
    parts.output = node.outputs[0];
    addAttention(to, node.name, parts);
}

} // namespace

bool AttentionMasks::knows(const std::string& value, const std::string& keys) const
{
    const int rank = m_to.rank(value);
    if (rank != 1)
        return rank == 2 || rank == 3;
    const ValueInfo *mask = m_to.model().valueInfo(value), *like = m_to.model().valueInfo(keys);
    const bool declared = mask && mask->hasShape && like && like->hasShape && !like->shape.empty();
    return !declared || mask->shape[0].value < 0 || like->shape[0].value < 0
        || mask->shape[0].value == like->shape[0].value; // others also give where keys start
}

std::string AttentionMasks::additive(const std::string& name, const std::string& isHidden, float hidden)
{
    return m_to.add("Mul", name + "/Mul",
        {m_to.cast(name + "/Cast_hidden", isHidden, DType::F32), m_to.number(name + "/hidden", hidden)});
}

std::string AttentionMasks::padding(
    const std::string& node, const std::string& value, const std::string& keys, float hidden)
{
    const int rank = m_to.rank(value);
    std::string& made = m_made[fmt::format("{} {} {}", value, hidden, rank == 1 ? keys : "")];
    if (!made.empty())
        return made;
    const std::string name = node + "/padding";
    std::string seen;
    if (rank == 1) {
        const std::string lengths =
            m_to.reshape(name + "/lengths", m_to.cast(name + "/Cast", value, DType::I64), {-1, 1});
        seen = m_to.add("Less", name + "/Less", {m_to.positions(name, keys, 1), lengths});
    } else {
        seen = m_to.add("Greater", name + "/Greater",
            {m_to.cast(name + "/Cast", value, DType::F32), m_to.number(name + "/zero", 0)});
    }
    const std::string mask = additive(name, m_to.add("Not", name + "/Not", {seen}), hidden);
    if (rank != 3)
        return made = m_to.reshape(name + "/Reshape", mask, {0, 1, 1, -1});
    if (m_to.model().opset() < 13)
        return made = m_to.add("Unsqueeze", name + "/Unsqueeze", {mask}, {{"axes", std::vector<std::int64_t>{1}}});
    return made = m_to.add("Unsqueeze", name + "/Unsqueeze", {mask, m_to.ints(name + "/axes", {1}, {1})});
}

std::string AttentionMasks::causal(const std::string& node, const std::string& queries, const std::string& keys)
{
    const std::string name = node + "/causal";
    const std::string rows = m_to.reshape(name + "/rows", m_to.positions(name + "/query", queries, 1), {-1, 1});
    return additive(
        name, m_to.add("Greater", name + "/Greater", {m_to.positions(name + "/key", keys, 1), rows}), causalMask);
}

bool expandAttention(Expansion& to, AttentionMasks& masks, const Node& node)
{
    const Weight* weight = to.floats(node, 1);
    if (!isPlain(node) || has(node, 4) || has(node, 6) || !weight)
        return false;
    const auto sizes = packedSizes(to, masks, node, *weight, 3);
    if (!sizes)
        return false;
    addPacked(to, masks, node, *sizes, [&](const std::string& part, std::int64_t first, std::int64_t count) {
        return columns(to, part + "_weight", *weight, first, count);
    });
    return true;
}

bool expandQuantizedAttention(Expansion& to, AttentionMasks& masks, const Node& node)
{
    const Weight *weight = to.weight(node, 1), *scale = to.floats(node, 4), *zero = to.weight(node, 7);
    if (!isPlain(node) || has(node, 8) || !has(node, 3) || !scale || (has(node, 7) && !zero) || !weight
        || (weight->type != DType::I8 && weight->type != DType::U8))
        return false;
    const auto sizes = packedSizes(to, masks, node, *weight, 5);
    const auto fits = [&](const Weight& of) {
        const std::int64_t count = elementCount(of.shape);
        return count == 1 || count == weight->shape[1];
    };
    if (!sizes || !fits(*scale) || (zero && !fits(*zero)))
        return false;
    Node plain = node;
    plain.inputs = {to.dequantized(node.name + "/input", node, 0, 3, 6), "",
        node.inputs.size() > 2 ? node.inputs[2] : "", has(node, 5) ? node.inputs[5] : ""};
    addPacked(to, masks, plain, *sizes, [&](const std::string& part, std::int64_t first, std::int64_t count) {
        const auto cut = [&](const std::string& name, const Weight& from) {
            return elementCount(from.shape) == 1 ? from.name : columns(to, name, from, first, count);
        };
        const std::string name = part + "_weight";
        std::vector<std::string> inputs{cut(name + "_quantized", *weight), cut(name + "_scale", *scale)};
        if (zero)
            inputs.push_back(cut(name + "_zero_point", *zero));
        return to.add("DequantizeLinear", name, std::move(inputs), {{"axis", std::int64_t(1)}});
    });
    return true;
}

bool expandMultiHeadAttention(Expansion& to, AttentionMasks& masks, const Node& node)
{
    const Weight* bias = to.floats(node, 3);
    if (!isPlain(node) || (has(node, 3) && (!bias || bias->shape.size() != 1 || bias->shape[0] < 3))
        || (has(node, 4) && !masks.knows(node.inputs[4], has(node, 1) ? node.inputs[1] : "")))
        return false;
    for (std::size_t i = 0; i < 3; ++i) // 4 and 5 dimensions: heads apart, or packed
        if (!has(node, i) || to.rank(node.inputs[i]) > 3)
            return false;
    for (std::size_t i = 6; i < node.inputs.size(); ++i)
        if (has(node, i))
            return false;
    Parts parts;
    parts.heads = node.intAttribute("num_heads", 0);
    std::array<std::int64_t, 3> sizes{};
    if (bias) {
        const ValueInfo* query = to.model().valueInfo(node.inputs[0]);
        const bool known = query && query->hasShape && query->shape.size() == 3 && query->shape[2].value > 0;
        sizes[0] = sizes[1] = known ? query->shape[2].value : bias->shape[0] / 3;
        if (sizes[0] > bias->shape[0] / 2 || (sizes[2] = bias->shape[0] - 2 * sizes[0]) <= 0
            || sizes[0] % parts.heads != 0 || sizes[2] % parts.heads != 0)
            return false;
        parts.depth = sizes[0] / parts.heads;
    }
    for (std::size_t i = 0, first = 0; i < 3; ++i) {
        const std::string part = fmt::format("{}/{}", node.name, roles[i]);
        parts.projected[i] = node.inputs[i];
        if (bias)
            parts.projected[i] = to.add("Add", part + "_Add",
                {node.inputs[i], columns(to, part + "_bias", *bias, static_cast<std::int64_t>(first), sizes[i])});
        first += static_cast<std::size_t>(sizes[i]);
    }
    parts.scale = node.floatAttribute("scale", 0);
    parts.mask = maskOf(to, masks, node, 4, 5, node.inputs[0], node.inputs[1]);
    parts.output = node.outputs[0];
    addAttention(to, node.name, parts);
    return true;
}

} // namespace octet::graph
