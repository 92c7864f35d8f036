// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/imported.h"

#include "core/graph/expand.h"
#include "core/graph/expansion.h"
#include "core/quantize/imported_config.h"
#include "core/quantize/restored.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace octet::quantize {

namespace {

using graph::has;
using graph::Model;
using graph::NewWeight;
using graph::Node;
using graph::Weight;

/// The float value that integers were made of.
struct Twin
{
    std::string value;
    Bytes bytes;
    std::vector<std::string> parameters; // names of scale and zero point
};

bool isStandard(const Node& node)
{
    return node.domain.empty() || node.domain == "ai.onnx";
}

/// Operators that give the same integers for integers, so that rounding before or after them is one.
bool isMover(const Node& node)
{
    static const std::set<std::string> types{"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Identity",
        "Slice", "Split", "Gather", "GatherElements", "GatherND", "Expand", "Tile", "MaxPool", "DepthToSpace",
        "SpaceToDepth", "Resize", "Concat"};
    return isStandard(node) && types.contains(node.opType);
}

/// Those whose result is no activation.
bool isMeasurer(const Node& node)
{
    return isStandard(node) && (node.opType == "Shape" || node.opType == "Size" || node.opType == "ArgMax");
}

class Recogniser
{
public:
    explicit Recogniser(std::shared_ptr<const Model> model)
        : m_model(std::move(model))
        , m_to(*m_model)
    {
    }

    /// Nothing where no product is quantized.
    std::optional<Opened> run()
    {
        for (const Node& node : m_model->nodes())
            if (!isStandard(node) || !recognised(node))
                m_to.keep(node);
        rename();
        unscale();
        dropUnread();
        Opened opened;
        opened.model = graph::rewritten(m_model, m_to.nodes(), usedWeights());
        describe(m_found, opened);
        return opened.products > 0 ? std::optional(std::move(opened)) : std::nullopt;
    }

private:
    bool recognised(const Node& node)
    {
        if (node.opType == "QuantizeLinear")
            quantize(node); // stays, for readers that are not recognised
        if (node.opType == "DequantizeLinear")
            return dequantize(node);
        if (node.opType == "MatMulInteger" || node.opType == "ConvInteger")
            return integerProduct(node);
        if (isMover(node))
            return move(node);
        if (isMeasurer(node))
            return measure(node);
        return !node.outputs.empty() && m_replaced.contains(node.outputs[0]);
    }

    const Weight* constant(const Node& node, std::size_t input) const { return m_to.weight(node, input); }

    /// Scale and zero point at two inputs, for one tensor as a whole.
    std::optional<Bytes> bytesAt(const Node& node, std::size_t scaleInput, std::size_t zeroInput) const
    {
        const Weight *scale = m_to.floats(node, scaleInput), *zero = constant(node, zeroInput);
        if (!scale || scale->as<float>().size() != 1 || !usable(scale->as<float>()[0])
            || (has(node, zeroInput) && (!zero || zero->data.size() != 1)))
            return {};
        const float unit = scale->as<float>()[0];
        if (!zero)
            return Bytes{unit, 0};
        if (zero->type == DType::I8)
            return Bytes{unit, static_cast<int>(zero->as<std::int8_t>()[0]) + 128};
        if (zero->type != DType::U8)
            return {};
        return Bytes{unit, static_cast<int>(zero->as<std::uint8_t>()[0])};
    }

    void quantize(const Node& node)
    {
        const auto bytes = bytesAt(node, 1, 2);
        if (bytes && has(node, 0) && !constant(node, 0))
            m_twins[node.outputs.at(0)] = {
                unclipped(node.inputs[0], *bytes), *bytes, {node.inputs.begin() + 1, node.inputs.end()}};
    }

    /// A quantizer that finds a zero point of 0 behind a Relu takes the Relu out, and what comes out of integers is cut
    /// off at 0 all the same: in floats it is needed again.
    std::string unclipped(const std::string& quantized, const Bytes& bytes)
    {
        static const std::set<std::string> makers{"MatMul", "Gemm", "Conv", "ConvTranspose", "Add", "Sub", "Mul",
            "BatchNormalization", "InstanceNormalization"};
        const std::string value = behind(quantized);
        const Node* maker = m_model->producer(value);
        if (bytes.zeroPoint != 0 || !maker || !makers.contains(maker->opType))
            return value;
        std::string& relu = m_relus[value];
        if (relu.empty())
            relu = m_to.add("Relu", maker->name + "/Relu", {value});
        return relu;
    }

    bool dequantize(const Node& node)
    {
        if (node.outputs.empty() || !has(node, 0) || !has(node, 1))
            return false;
        const Node* before = m_model->producer(node.inputs[0]);
        if (constant(node, 0) || (before && before->opType == "QuantizeLinear" && constant(*before, 0)))
            return dequantizeConstant(node, before);
        const std::string& result = node.outputs[0];
        if (before && before->opType == "DynamicQuantizeLinear" && node.inputs == before->outputs) {
            m_alias[result] = before->inputs.at(0);
            m_operands[result] = {{}, node.expanded};
            return true;
        }
        const auto twin = m_twins.find(node.inputs[0]);
        if (twin == m_twins.end() || bytesAt(node, 1, 2) != twin->second.bytes)
            return false;
        m_alias[result] = twin->second.value;
        m_operands[result] = {twin->second.bytes, node.expanded};
        return true;
    }

    /// Becomes the constant itself.
    bool dequantizeConstant(const Node& node, const Node* quantize)
    {
        const Weight *scale = constant(node, 1), *zero = constant(node, 2);
        const std::int64_t axis = node.intAttribute("axis", 1);
        if (!scale || (has(node, 2) && !zero))
            return false;
        std::optional<NewWeight> weight;
        if (const Weight* q = constant(node, 0))
            weight = restored(node.outputs[0], *q, *scale, zero, axis);
        else if (zero && quantize->inputs.size() > 2 && quantize->inputs[1] == node.inputs[1])
            weight = rounded(node.outputs[0], *constant(*quantize, 0), *scale, *zero, axis);
        return weight && keep(std::move(*weight));
    }

    bool keep(NewWeight weight)
    {
        const std::string name = weight.name;
        return m_weights.emplace(name, std::move(weight)).second;
    }

    /// The float form of an operator on integers, and the integers made of what it gives.
    bool move(const Node& node)
    {
        const std::size_t moved = node.opType == "Concat" ? node.inputs.size() : 1;
        Node real = node;
        const Twin* first = nullptr;
        for (std::size_t i = 0; i < moved; ++i) {
            const auto twin = m_twins.find(node.inputs.at(i));
            if (twin == m_twins.end() || (first && first->bytes != twin->second.bytes))
                return false;
            first = &twin->second;
            real.inputs[i] = first->value;
        }
        if (!first || (node.opType == "MaxPool" && node.outputs.size() > 1))
            return false;
        const Twin from = *first;
        for (std::string& output : real.outputs)
            if (!output.empty())
                output = m_to.value(output + "_float");
        m_to.keep(real);
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (node.outputs[i].empty())
                continue;
            std::vector<std::string> inputs{real.outputs[i]};
            inputs.insert(inputs.end(), from.parameters.begin(), from.parameters.end());
            m_to.add("QuantizeLinear", node.name + "/QuantizeLinear", inputs, {}, node.outputs[i]);
            m_twins[node.outputs[i]] = {real.outputs[i], from.bytes, from.parameters};
        }
        return true;
    }

    bool measure(const Node& node)
    {
        const auto twin = node.inputs.empty() ? m_twins.end() : m_twins.find(node.inputs[0]);
        if (twin == m_twins.end())
            return false;
        Node real = node;
        real.inputs[0] = twin->second.value;
        m_to.keep(real);
        return true;
    }

    /// Cast(MatMulInteger(q(x), W)) * (scale(x) * scale(W)) as ONNX Runtime's dynamic quantization writes it.
    bool integerProduct(const Node& node)
    {
        const Node* before = has(node, 0) ? m_model->producer(node.inputs[0]) : nullptr;
        const Weight* b = constant(node, 1);
        if (!before || before->opType != "DynamicQuantizeLinear" || before->outputs.size() < 3 || !b || !has(node, 2)
            || node.inputs[2] != before->outputs[2] || (has(node, 3) && !constant(node, 3)))
            return false;
        const Node* cast = onlyReader(node.outputs.at(0));
        const Node* scaled = cast && cast->opType == "Cast" ? onlyReader(cast->outputs.at(0)) : nullptr;
        if (!scaled || scaled->opType != "Mul" || scaled->inputs.size() != 2)
            return false;
        const Node* scales = m_model->producer(scaled->inputs[scaled->inputs[0] == cast->outputs[0] ? 1 : 0]);
        if (!scales || scales->opType != "Mul" || scales->inputs.size() != 2)
            return false;
        const bool first = scales->inputs[0] == before->outputs[1];
        const Weight* scale = m_model->weight(scales->inputs[first ? 1 : 0]);
        const bool conv = node.opType == "ConvInteger";
        if ((!first && scales->inputs[1] != before->outputs[1]) || !scale || (conv && elementCount(scale->shape) != 1))
            return false; // a vector would lie along the columns of the picture
        auto weight = restored(m_to.value(node.name + "_weight"), *b, *scale, constant(node, 3), 1);
        if (!weight)
            return false;
        m_to.replace(node);
        m_to.add(conv ? "Conv" : "MatMul", node.name, {before->inputs.at(0), weight->name}, node.attributes,
            scaled->outputs.at(0));
        m_found.operands[m_to.nodes().back().name][0] = {};
        m_replaced.insert(scaled->outputs[0]);
        return keep(std::move(*weight));
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
        for (Node& node : m_to.nodes())
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                if (const auto it = m_operands.find(node.inputs[i]); it != m_operands.end())
                    m_found.operands[node.name][i] = it->second;
                node.inputs[i] = behind(node.inputs[i]);
            }
        for (const graph::ValueInfo& output : m_model->outputs())
            if (m_alias.contains(output.name))
                m_to.add("Identity", output.name + "_Identity", {behind(output.name)}, {}, output.name);
    }

    /// Products of an attention whose second operand was divided a channel, and whose result makes up for it: the
    /// channels have a scale each, which belongs to the range.
    void unscale()
    {
        std::map<std::string, std::vector<Node*>> readers;
        std::map<std::string, Node*> makers;
        for (Node& node : m_to.nodes()) {
            for (const std::string& input : node.inputs)
                readers[input].push_back(&node);
            for (const std::string& output : node.outputs)
                makers[output] = &node;
        }
        for (Node& product : m_to.nodes()) {
            if (product.opType != "MatMul" || !m_found.operands[product.name].contains(1))
                continue;
            const auto divide = makers.find(product.inputs[1]);
            const auto& after = readers[product.outputs[0]];
            if (divide == makers.end() || readers[product.inputs[1]].size() != 1 + quantizers(readers[product.inputs[1]])
                || after.size() != 1)
                continue;
            const std::vector<float> divisors = factorsOf(*divide->second), factors = factorsOf(*after[0]);
            if (factors.empty() || !std::ranges::equal(factors, divisors, [](float a, float b) { return 1 / a == b; }))
                continue;
            m_found.channels[product.name] = {factors, constant(*after[0], 1)->shape[0]};
            product.inputs[1] = divide->second->inputs[0];
            std::swap(product.outputs[0], after[0]->outputs[0]); // the Mul is unread from now on
        }
    }

    static std::size_t quantizers(const std::vector<Node*>& nodes)
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(nodes, [](const Node* node) { return node->opType == "QuantizeLinear"; }));
    }

    /// Of a Mul by [heads, 1, depth] positive numbers; else empty.
    std::vector<float> factorsOf(const Node& node) const
    {
        const Weight* by = node.opType == "Mul" && node.inputs.size() == 2 ? m_to.floats(node, 1) : nullptr;
        if (!by || by->shape.size() != 3 || by->shape[1] != 1)
            return {};
        const auto values = by->as<float>();
        if (!std::ranges::all_of(values, [](float x) { return usable(x); }))
            return {};
        return {values.begin(), values.end()};
    }

    void dropUnread()
    {
        static const std::set<std::string> droppable{
            "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast", "Mul", "Relu"};
        std::set<std::string> read;
        for (const graph::ValueInfo& output : m_model->outputs())
            read.insert(output.name);
        std::vector<Node>& nodes = m_to.nodes();
        std::vector<Node> kept;
        for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
            const bool unread = std::none_of(
                node->outputs.begin(), node->outputs.end(), [&](const auto& value) { return read.contains(value); });
            if (unread && droppable.contains(node->opType))
                continue;
            read.insert(node->inputs.begin(), node->inputs.end());
            kept.push_back(std::move(*node));
        }
        nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
    }

    std::vector<NewWeight> usedWeights()
    {
        std::set<std::string> read;
        for (const Node& node : m_to.nodes())
            read.insert(node.inputs.begin(), node.inputs.end());
        std::vector<NewWeight> used;
        for (auto& [name, weight] : m_weights) {
            m_found.scales[name] = weight.scales.size();
            if (read.contains(name))
                used.push_back(std::move(weight));
        }
        return used;
    }

    std::shared_ptr<const Model> m_model;
    graph::Expansion m_to;
    std::map<std::string, NewWeight> m_weights; // by the value that they are
    std::map<std::string, Twin> m_twins; // by integers
    std::map<std::string, std::string> m_alias; // result of a pair -> the value before it
    std::map<std::string, std::string> m_relus; // by the value that they cut off
    std::map<std::string, Operand> m_operands; // by result of a pair
    Found m_found;
    std::set<std::string> m_replaced; // values whose makers are replaced
};

} // namespace

Opened recognise(std::shared_ptr<const Model> model)
{
    static const std::set<std::string> marks{
        "DequantizeLinear", "QLinearMatMul", "QLinearConv", "MatMulInteger", "ConvInteger"};
    const auto& nodes = model->nodes();
    if (std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) { return marks.contains(node.opType); }))
        if (auto opened = Recogniser(graph::expandLinear(model)).run())
            return *std::move(opened);
    Opened opened;
    opened.model = std::move(model);
    return opened;
}

Opened open(const std::string& path)
{
    return recognise(graph::load(path));
}

} // namespace octet::quantize
