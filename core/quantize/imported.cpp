// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/imported.h"

#include "core/graph/rewrite.h"
#include "core/graph/weight_values.h"
#include "core/quantize/products.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace octet::quantize {

namespace {

using graph::Model;
using graph::NewWeight;
using graph::Node;
using graph::Weight;

/// Scale and zero point of one tensor as u8 (s8 is shifted by 128).
struct Bytes
{
    float scale = 1;
    int zeroPoint = 0;
    bool operator==(const Bytes&) const = default;
};

Range rangeOf(const Bytes& bytes)
{
    const auto scale = static_cast<double>(bytes.scale);
    Range range;
    range.min = -bytes.zeroPoint * scale;
    range.max = (255 - bytes.zeroPoint) * scale;
    return range;
}

bool usable(float scale)
{
    return std::isfinite(scale) && scale > 0;
}

class Recogniser
{
public:
    explicit Recogniser(std::shared_ptr<const Model> model)
        : m_model(std::move(model))
    {
    }

    Opened run()
    {
        Opened opened;
        opened.model = m_model;
        for (const Node& node : m_model->nodes()) {
            if (!node.domain.empty() && node.domain != "ai.onnx") {
                m_nodes.push_back(node);
                continue;
            }
            if (!(node.opType == "DequantizeLinear" && dequantize(node))
                && !(node.opType == "QLinearMatMul" && linearMatMul(node))
                && !(node.opType == "MatMulInteger" && matMulInteger(node)))
                m_nodes.push_back(node);
        }
        if (m_operands.empty() && m_weights.empty())
            return opened;
        rename();
        dropUnread();
        opened.model = graph::rewritten(m_model, m_nodes, usedWeights());
        describe(opened);
        return opened.products > 0 ? opened : asIs();
    }

private:
    Opened asIs() const
    {
        Opened opened;
        opened.model = m_model;
        return opened;
    }

    const Weight* constant(const Node& node, std::size_t input) const
    {
        return input < node.inputs.size() && !node.inputs[input].empty() ? m_model->weight(node.inputs[input]) : nullptr;
    }

    /// Scale and zero point at two inputs, for one tensor as a whole.
    std::optional<Bytes> bytesAt(const Node& node, std::size_t scaleInput, std::size_t zeroInput) const
    {
        const Weight* scale = constant(node, scaleInput);
        const Weight* zero = constant(node, zeroInput);
        const bool hasZero = zeroInput < node.inputs.size() && !node.inputs[zeroInput].empty();
        if (!scale || scale->type != DType::F32 || scale->as<float>().size() != 1 || !usable(scale->as<float>()[0])
            || (hasZero && (!zero || zero->data.size() != 1)))
            return {};
        if (hasZero && zero->type == DType::I8)
            return Bytes{scale->as<float>()[0], static_cast<int>(zero->as<std::int8_t>()[0]) + 128};
        if (hasZero && zero->type != DType::U8)
            return {};
        return Bytes{scale->as<float>()[0], hasZero ? static_cast<int>(zero->as<std::uint8_t>()[0]) : 0};
    }

    /// The float weight behind integers: (q - zero point) * scale. Scales are kept where s8 around zero gives them back.
    std::optional<NewWeight> restored(
        const std::string& name, const Weight& q, const Weight& scale, const Weight* zero, std::int64_t axis) const
    {
        if (scale.type != DType::F32 || (q.type != DType::I8 && q.type != DType::U8 && q.type != DType::I32))
            return {};
        if (zero && (zero->type != q.type || elementCount(zero->shape) != elementCount(scale.shape)))
            return {};
        std::vector<float> scales; // of a vocabulary they are large, and may lie anywhere
        for (const float x : graph::floats(scale))
            scales.push_back(x);
        if (!std::all_of(scales.begin(), scales.end(), usable))
            return {};
        const auto rank = static_cast<std::int64_t>(q.shape.size());
        axis = axis < 0 ? axis + rank : axis;
        const bool perChannel = scales.size() > 1;
        if (perChannel
            && (axis < 0 || axis >= rank || q.shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(scales.size())))
            return {};
        std::int64_t inner = 1;
        for (std::int64_t d = axis + 1; perChannel && d < rank; ++d)
            inner *= q.shape[static_cast<std::size_t>(d)];
        NewWeight weight{name, q.shape, {}, {}, {}};
        const std::int64_t count = elementCount(q.shape);
        if (static_cast<std::size_t>(count) * elementSize(q.type) != q.data.size())
            return {};
        bool centred = q.type == DType::I8;
        weight.values.resize(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) {
            const auto channel = static_cast<std::size_t>(perChannel ? i / inner % static_cast<std::int64_t>(scales.size()) : 0);
            const std::int64_t z = zero ? integerAt(*zero, channel) : 0;
            centred = centred && z == 0;
            weight.values[static_cast<std::size_t>(i)] =
                static_cast<float>(integerAt(q, static_cast<std::size_t>(i)) - z) * scales[channel];
        }
        if (centred)
            weight.scales.assign(scales.begin(), scales.end());
        return weight;
    }

    static std::int64_t integerAt(const Weight& weight, std::size_t i)
    {
        if (weight.type == DType::I8)
            return weight.as<std::int8_t>()[i];
        return weight.type == DType::U8 ? weight.as<std::uint8_t>()[i] : weight.as<std::int32_t>()[i];
    }

    /// Of a constant: becomes that constant. Behind a QuantizeLinear of the same scale: the value is what was before.
    bool dequantize(const Node& node)
    {
        if (const Weight* q = constant(node, 0)) {
            const Weight* scale = constant(node, 1);
            const bool hasZero = node.inputs.size() > 2 && !node.inputs[2].empty();
            if (!scale || (hasZero && !constant(node, 2)))
                return false;
            auto weight = restored(node.outputs.at(0), *q, *scale, constant(node, 2), node.intAttribute("axis", 1));
            if (!weight)
                return false;
            m_weights.emplace(node.outputs[0], std::move(*weight));
            return true;
        }
        const auto bytes = bytesAt(node, 1, 2);
        const Node* before = m_model->producer(node.inputs.at(0));
        if (!bytes || !before || before->opType != "QuantizeLinear" || bytesAt(*before, 1, 2) != bytes)
            return false;
        m_alias[node.outputs.at(0)] = before->inputs.at(0);
        m_operands[node.outputs[0]] = *bytes;
        return true;
    }

    /// y = Q(DQ(a) x DQ(b)), with a behind a QuantizeLinear and b constant.
    bool linearMatMul(const Node& node)
    {
        if (node.inputs.size() != 8)
            return false;
        const auto a = bytesAt(node, 1, 2), y = bytesAt(node, 6, 7);
        const Node* before = m_model->producer(node.inputs[0]);
        const Weight *b = constant(node, 3), *scale = constant(node, 4);
        if (!a || !y || !before || before->opType != "QuantizeLinear" || bytesAt(*before, 1, 2) != a || !b || !scale)
            return false;
        auto weight = restored(node.name + "_weight", *b, *scale, constant(node, 5), 1);
        if (!weight)
            return false;
        const std::string operand = node.name + "_operand", product = node.name + "_product";
        m_alias[operand] = before->inputs.at(0);
        m_operands[operand] = *a;
        m_weights.emplace(weight->name, *weight);
        Node matmul;
        matmul.name = node.name;
        matmul.opType = "MatMul";
        matmul.inputs = {operand, weight->name};
        matmul.outputs = {product};
        Node quantize;
        quantize.name = node.name + "_QuantizeLinear";
        quantize.opType = "QuantizeLinear";
        quantize.inputs = {product, node.inputs[6], node.inputs[7]};
        quantize.outputs = node.outputs;
        m_nodes.push_back(std::move(matmul));
        m_nodes.push_back(std::move(quantize));
        ++m_linear;
        return true;
    }

    /// Cast(MatMulInteger(q(x), W)) * (scale(x) * scale(W)) as ONNX Runtime's dynamic quantization writes it.
    bool matMulInteger(const Node& node)
    {
        const Node* before = m_model->producer(node.inputs.at(0));
        const Weight* b = constant(node, 1);
        if (!before || before->opType != "DynamicQuantizeLinear" || !b || before->outputs.size() < 2)
            return false;
        const Node* cast = onlyReader(node.outputs.at(0));
        const Node* scaled = cast && cast->opType == "Cast" ? onlyReader(cast->outputs.at(0)) : nullptr;
        if (!scaled || scaled->opType != "Mul" || scaled->inputs.size() != 2)
            return false;
        const std::string& other = scaled->inputs[scaled->inputs[0] == cast->outputs[0] ? 1 : 0];
        const Node* scales = m_model->producer(other);
        if (!scales || scales->opType != "Mul" || scales->inputs.size() != 2)
            return false;
        const bool first = scales->inputs[0] == before->outputs[1];
        const Weight* scale = m_model->weight(scales->inputs[first ? 1 : 0]);
        if ((!first && scales->inputs[1] != before->outputs[1]) || !scale)
            return false;
        auto weight = restored(node.name + "_weight", *b, *scale, constant(node, 3), 1);
        if (!weight)
            return false;
        m_weights.emplace(weight->name, *weight);
        Node matmul;
        matmul.name = node.name;
        matmul.opType = "MatMul";
        matmul.inputs = {before->inputs.at(0), weight->name};
        matmul.outputs = {scaled->outputs.at(0)};
        m_replaced.insert(scaled->outputs[0]);
        m_dynamic.insert(node.name);
        m_nodes.push_back(std::move(matmul));
        return true;
    }

    const Node* onlyReader(const std::string& value) const
    {
        const auto& readers = m_model->consumers(value);
        return readers.size() == 1 ? &m_model->nodes()[static_cast<std::size_t>(readers[0])] : nullptr;
    }

    std::string behind(const std::string& value) const
    {
        std::string result = value;
        for (auto it = m_alias.find(result); it != m_alias.end(); it = m_alias.find(result))
            result = it->second; // never in a circle: nodes are in topological order
        return result;
    }

    /// Readers read what stood before the pairs. A pair whose result leaves the graph stays as a copy.
    void rename()
    {
        std::erase_if(m_nodes, [&](const Node& node) {
            return node.opType != "MatMul" && std::any_of(node.outputs.begin(), node.outputs.end(), [&](const auto& v) {
                return m_replaced.contains(v);
            });
        });
        for (Node& node : m_nodes)
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::string value = node.inputs[i];
                if (const auto it = m_operands.find(value); it != m_operands.end())
                    m_quantized[node.name][i] = it->second;
                node.inputs[i] = behind(value);
            }
        for (const graph::ValueInfo& output : m_model->outputs())
            if (m_alias.contains(output.name)) {
                Node copy;
                copy.name = output.name + "_Identity";
                copy.opType = "Identity";
                copy.inputs = {behind(output.name)};
                copy.outputs = {output.name};
                m_nodes.push_back(std::move(copy));
            }
    }

    void dropUnread()
    {
        static const std::set<std::string> droppable{
            "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast", "Mul"};
        for (bool again = true; again;) {
            std::set<std::string> read;
            for (const graph::ValueInfo& output : m_model->outputs())
                read.insert(output.name);
            for (const Node& node : m_nodes)
                read.insert(node.inputs.begin(), node.inputs.end());
            const std::size_t before = m_nodes.size();
            std::erase_if(m_nodes, [&](const Node& node) {
                return droppable.contains(node.opType)
                    && std::none_of(node.outputs.begin(), node.outputs.end(), [&](const auto& v) { return read.contains(v); });
            });
            again = m_nodes.size() != before;
        }
    }

    std::vector<NewWeight> usedWeights() const
    {
        std::set<std::string> read;
        for (const Node& node : m_nodes)
            read.insert(node.inputs.begin(), node.inputs.end());
        std::vector<NewWeight> used;
        for (const auto& [name, weight] : m_weights)
            if (read.contains(name))
                used.push_back(weight);
        return used;
    }

    void describe(Opened& opened) const
    {
        opened.wasQuantized = true;
        int conflicts = 0, statics = 0;
        std::set<std::pair<std::string, std::size_t>> taken;
        for (const Product& product : quantize::products(*opened.model)) {
            const Node& node = opened.model->nodes()[static_cast<std::size_t>(product.node)];
            const auto pairs = m_quantized.find(node.name);
            const auto pairAt = [&](std::size_t i) {
                return pairs != m_quantized.end() && pairs->second.contains(i) ? std::optional(pairs->second.at(i)) : std::nullopt;
            };
            const bool dynamic = m_dynamic.contains(node.name);
            const auto made = m_weights.find(product.weight);
            const bool weighted = product.counted() && made != m_weights.end();
            const bool isStatic = product.counted() ? weighted && pairAt(0) : pairAt(0) && pairAt(1);
            if (!dynamic && !isStatic)
                continue;
            OpLeaves& leaves = opened.config.ops[node.name];
            leaves.precision = Precision::Int8;
            leaves.approach = dynamic ? Approach::Dynamic : Approach::Static;
            leaves.activationScheme = Scheme::Asym;
            if (weighted) {
                leaves.weightGranularity = made->second.scales.size() == 1 ? Granularity::PerTensor : Granularity::PerChannel;
                opened.products += 1;
            }
            statics += isStatic;
            const auto keep = [&](const std::string& value, std::size_t input) {
                taken.emplace(node.name, input);
                const Range range = rangeOf(*pairAt(input));
                const auto [it, added] = opened.ranges.emplace(RangeKey{value, RangeMethod::MinMax, 0, 0}, range);
                conflicts += !added && it->second != range;
            };
            if (isStatic && product.kind != ProductKind::Context)
                keep(product.activation, 0);
            else if (isStatic)
                taken.emplace(node.name, 0);
            if (isStatic && !product.counted())
                keep(product.weight, 1);
        }
        opened.config.model.precision = Precision::Fp32;
        int others = 0;
        for (const auto& [node, inputs] : m_quantized)
            for (const auto& [input, bytes] : inputs)
                others += !taken.contains({node, input});
        const auto say = [&](int count, const char* what) {
            if (count > 0)
                opened.notes.push_back(fmt::format("{}: {}", what, count));
        };
        say(static_cast<int>(m_dynamic.size()), "dynamic scales per tensor are realised per token, products");
        say(others, "roundings outside of int8 products are left out");
        say(conflicts, "a value had two ranges, the first is taken, readers");
        std::vector<std::string> forms;
        if (statics > m_linear)
            forms.push_back("QDQ");
        if (m_linear > 0)
            forms.push_back("QOperator");
        if (!m_dynamic.empty())
            forms.push_back("dynamic");
        for (const std::string& form : forms)
            opened.form += (opened.form.empty() ? "" : " and ") + form;
    }

    std::shared_ptr<const Model> m_model;
    std::vector<Node> m_nodes;
    std::map<std::string, NewWeight> m_weights; // by the value that they are
    std::map<std::string, std::string> m_alias; // result of a pair -> the value before it
    std::map<std::string, Bytes> m_operands; // by result of a pair
    std::map<std::string, std::map<std::size_t, Bytes>> m_quantized; // by node and input
    std::set<std::string> m_dynamic; // node names
    std::set<std::string> m_replaced; // values whose makers are replaced
    int m_linear = 0;
};

} // namespace

Opened recognise(std::shared_ptr<const Model> model)
{
    static const std::set<std::string> marks{"DequantizeLinear", "QLinearMatMul", "MatMulInteger"};
    const auto& nodes = model->nodes();
    if (std::none_of(nodes.begin(), nodes.end(), [&](const Node& node) { return marks.contains(node.opType); })) {
        Opened opened;
        opened.model = std::move(model);
        return opened;
    }
    return Recogniser(std::move(model)).run();
}

Opened open(const std::string& path)
{
    return recognise(graph::load(path));
}

} // namespace octet::quantize
