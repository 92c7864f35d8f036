// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace octet::graph {

namespace {

/// Dimensions behind ONNX operators that keep, add or drop them; -1 = not known from this node alone.
int rankBehind(const Expansion& in, const Node& node, const std::string& value, int depth)
{
    static const std::set<std::string> keeping{"Cast", "Identity", "Relu", "Tanh", "Gelu", "FastGelu", "BiasGelu",
        "LayerNormalization", "SkipLayerNormalization", "SimplifiedLayerNormalization", "Dropout", "Slice", "Softmax",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"};
    static const std::set<std::string> broadcasting{"Add", "Sub", "Mul", "Div"};
    const bool first = !node.outputs.empty() && node.outputs[0] == value;
    if (node.opType == "EmbedLayerNormalization")
        return first ? 3 : node.outputs.size() > 1 && node.outputs[1] == value ? 1 : -1;
    if (node.opType == "Attention" || node.opType == "MultiHeadAttention")
        return first && !node.domain.empty() ? 3 : -1;
    if (!first || node.inputs.empty())
        return -1;
    const int below = in.rank(node.inputs[0], depth + 1);
    if (keeping.contains(node.opType))
        return below;
    if (broadcasting.contains(node.opType) && node.inputs.size() == 2) {
        const int other = in.rank(node.inputs[1], depth + 1);
        return below < 0 || other < 0 ? -1 : std::max(below, other);
    }
    if (node.opType == "MatMul" && node.inputs.size() == 2)
        return in.rank(node.inputs[1], depth + 1) == 2 && below >= 2 ? below : -1;
    if (node.opType == "Transpose")
        if (const auto order = node.intsAttribute("perm"))
            return static_cast<int>(order->size());
    if (node.opType == "Reshape" && node.inputs.size() == 2)
        if (const Weight* shape = in.model().weight(node.inputs[1]))
            return static_cast<int>(elementCount(shape->shape));
    if (node.opType == "ReduceSum") {
        const Weight* axes = node.inputs.size() > 1 ? in.model().weight(node.inputs[1]) : nullptr;
        const auto listed = node.intsAttribute("axes");
        const int count = axes ? static_cast<int>(elementCount(axes->shape))
            : listed           ? static_cast<int>(listed->size())
                               : -1;
        if (below >= 0 && count >= 0)
            return node.intAttribute("keepdims", 1) != 0 ? below : below - count;
    }
    return -1;
}

template <typename T>
Fill copyOf(std::vector<T> values)
{
    return [values = std::move(values)](std::span<std::byte> to) {
        if (!values.empty())
            std::memcpy(to.data(), values.data(), std::min(to.size(), values.size() * sizeof(T)));
    };
}

} // namespace

bool has(const Node& node, std::size_t input)
{
    return input < node.inputs.size() && !node.inputs[input].empty();
}

bool wants(const Node& node, std::size_t output)
{
    return output < node.outputs.size() && !node.outputs[output].empty();
}

Expansion::Expansion(const Model& model)
    : m_model(model)
{
    for (const ValueInfo& input : model.inputs())
        m_values.insert(input.name);
    for (const Weight* weight : model.allWeights())
        m_values.insert(weight->name);
    for (const Node& node : model.nodes()) {
        m_nodeNames.insert(node.name);
        m_values.insert(node.outputs.begin(), node.outputs.end());
    }
}

void Expansion::keep(const Node& node)
{
    m_nodeNames.insert(node.name);
    m_nodes.push_back(node);
}

std::string Expansion::unique(std::set<std::string>& names, const std::string& wanted)
{
    std::string name = wanted;
    for (int i = 2; !names.insert(name).second; ++i)
        name = fmt::format("{}_{}", wanted, i);
    return name;
}

std::string Expansion::add(const std::string& opType, const std::string& name, std::vector<std::string> inputs,
    Attributes attributes, const std::string& output, const std::string& domain)
{
    Node node;
    node.name = unique(m_nodeNames, name);
    node.opType = opType;
    node.domain = domain;
    node.inputs = std::move(inputs);
    node.outputs = {output.empty() ? unique(m_values, node.name + "_output") : output};
    node.attributes = std::move(attributes);
    node.expanded = true;
    m_nodes.push_back(std::move(node));
    return m_nodes.back().outputs[0];
}

std::string Expansion::floats(const std::string& name, Shape shape, std::vector<float> values)
{
    return constant(name, DType::F32, std::move(shape), copyOf(std::move(values)));
}

std::string Expansion::ints(const std::string& name, Shape shape, std::vector<std::int64_t> values)
{
    return constant(name, DType::I64, std::move(shape), copyOf(std::move(values)));
}

std::string Expansion::constant(const std::string& name, DType type, Shape shape, Fill fill)
{
    m_weights.push_back({unique(m_values, name), type, std::move(shape), std::move(fill), {}});
    return m_weights.back().name;
}

std::string Expansion::reshape(
    const std::string& name, const std::string& value, std::vector<std::int64_t> shape, const std::string& output)
{
    const auto rank = static_cast<std::int64_t>(shape.size());
    return add("Reshape", name, {value, ints(name + "_shape", {rank}, std::move(shape))}, {}, output);
}

std::string Expansion::transpose(
    const std::string& name, const std::string& value, std::vector<std::int64_t> permutation)
{
    return add("Transpose", name, {value}, {{"perm", std::move(permutation)}});
}

std::string Expansion::dequantized(const std::string& name, const Node& node, std::size_t value, std::size_t scale,
    std::size_t zeroPoint, std::int64_t axis)
{
    std::vector<std::string> inputs{node.inputs.at(value), node.inputs.at(scale)};
    if (has(node, zeroPoint))
        inputs.push_back(node.inputs[zeroPoint]);
    return add("DequantizeLinear", name, std::move(inputs), {{"axis", axis}});
}

std::vector<std::string> Expansion::dynamicallyQuantized(const std::string& name, const std::string& value)
{
    const std::string quantized = add("DynamicQuantizeLinear", name, {value});
    for (const char* part : {"_scale", "_zero_point"})
        m_nodes.back().outputs.push_back(unique(m_values, m_nodes.back().name + part));
    return m_nodes.back().outputs;
}

std::string Expansion::cast(const std::string& name, const std::string& value, DType type)
{
    return add("Cast", name, {value}, {{"to", static_cast<std::int64_t>(type)}});
}

std::string Expansion::positions(const std::string& name, const std::string& value, std::int64_t axis)
{
    const std::string shape = add("Shape", name + "/Shape", {value});
    const std::string length = add("Gather", name + "/length", {shape, ints(name + "/axis", {}, {axis})});
    return add("Range", name + "/Range", {ints(name + "/first", {}, {0}), length, ints(name + "/step", {}, {1})});
}

int Expansion::rank(const std::string& value, int depth) const
{
    constexpr int maxDepth = 12; // each step asks at most two below it
    if (const ValueInfo* info = m_model.valueInfo(value); info && info->hasShape)
        return static_cast<int>(info->shape.size());
    if (const Weight* weight = m_model.weight(value))
        return static_cast<int>(weight->shape.size());
    const Node* node = m_model.producer(value);
    return node && depth < maxDepth ? rankBehind(*this, *node, value, depth) : -1;
}

bool Expansion::isRead(const std::string& value) const
{
    const auto& outputs = m_model.outputs();
    return !m_model.consumers(value).empty()
        || std::any_of(outputs.begin(), outputs.end(), [&](const ValueInfo& output) { return output.name == value; });
}

const Weight* Expansion::weight(const Node& node, std::size_t input) const
{
    return has(node, input) ? m_model.weight(node.inputs[input]) : nullptr;
}

const Weight* Expansion::floats(const Node& node, std::size_t input) const
{
    const Weight* found = weight(node, input);
    return found && found->type == DType::F32 ? found : nullptr;
}

} // namespace octet::graph
