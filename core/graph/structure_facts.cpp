// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/structure_facts.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace octet::graph {

namespace {

using Names = std::unordered_set<std::string>;

bool isIndexType(DType type)
{
    return type == DType::I64 || type == DType::I32 || type == DType::Bool;
}

class Finder
{
public:
    explicit Finder(const Model& model)
        : m_model(model)
    {
        const std::size_t count = model.nodes().size();
        for (auto* flags : {&m_facts.constantNode, &m_facts.plumbing, &m_facts.weightProduct,
                 &m_facts.activationProduct, &m_facts.biasAdd, &m_facts.residualAdd})
            flags->resize(count, 0);
        m_facts.producers.resize(count);
        m_facts.consumers.resize(count);
        m_facts.scope.resize(count);
        m_facts.scopeEnd.resize(count);
        m_folded.resize(count, 0);
    }

    GraphFacts find()
    {
        for (const ValueInfo& output : m_model.outputs())
            m_outputs.insert(output.name);
        for (const Node& node : m_model.nodes()) {
            connect(node);
            findPlumbing(node);
            findProduct(node);
            splitName(node);
        }
        std::size_t visible = 0, scoped = 0;
        for (const Node& node : m_model.nodes())
            if (m_facts.visible(node.index)) {
                ++visible;
                scoped += !m_facts.scope[GraphFacts::at(node.index)].empty();
            }
        if (visible == 0)
            std::fill(m_facts.plumbing.begin(), m_facts.plumbing.end(), char(0));
        m_facts.scopesUseful = scoped * 2 > visible;
        return std::move(m_facts);
    }

private:
    void connect(const Node& node)
    {
        const std::size_t i = GraphFacts::at(node.index);
        m_facts.constantNode[i] = node.opType == "Constant";
        for (const std::string& value : node.inputs) {
            const Node* producer = value.empty() ? nullptr : m_model.producer(value);
            if (!producer || m_facts.constantNode[GraphFacts::at(producer->index)])
                continue;
            auto& producers = m_facts.producers[i];
            if (std::find(producers.begin(), producers.end(), producer->index) != producers.end())
                continue;
            producers.push_back(producer->index);
            m_facts.consumers[GraphFacts::at(producer->index)].push_back(node.index);
        }
    }

    bool isConstant(const std::string& value) const
    {
        if (m_model.weight(value))
            return true;
        const Node* producer = m_model.producer(value);
        return producer && m_folded[GraphFacts::at(producer->index)];
    }

    // An input that carries no features: shape arithmetic, an index, a mask.
    bool isPlumbingInput(const std::string& value) const
    {
        if (const Weight* weight = m_model.weight(value))
            return isIndexType(weight->type) || weight->byteCount() <= elementSize(weight->type);
        if (const Node* producer = m_model.producer(value))
            return m_facts.plumbing[GraphFacts::at(producer->index)];
        const ValueInfo* info = m_model.valueInfo(value);
        return info && (isIndexType(info->type) || value.find("mask") != std::string::npos);
    }

    void findPlumbing(const Node& node)
    {
        static const Names movers = {"Gather", "GatherND", "Unsqueeze", "Squeeze", "Concat", "Slice", "Cast", "Add",
            "Sub", "Mul", "Div", "Floor", "Ceil", "Mod", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual",
            "Not", "And", "Or", "Where", "Reshape", "Expand", "Range", "ConstantOfShape", "Tile", "Transpose",
            "Flatten", "Split", "Identity", "ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "CumSum", "Min", "Max",
            "Neg", "Abs", "Trilu", "ScatterND", "NonZero", "Sqrt", "Pow"};
        const std::size_t i = GraphFacts::at(node.index);
        if (m_facts.constantNode[i])
            return;
        if (std::any_of(
                node.outputs.begin(), node.outputs.end(), [&](const auto& v) { return m_outputs.count(v) != 0; }))
            return;
        if (node.opType == "Shape" || node.opType == "Size") {
            m_facts.plumbing[i] = 1;
            return;
        }
        const auto all = [&](auto&& test) {
            return std::all_of(
                node.inputs.begin(), node.inputs.end(), [&](const auto& v) { return v.empty() || test(v); });
        };
        m_folded[i] = !node.inputs.empty() && all([&](const auto& v) { return isConstant(v); });
        m_facts.plumbing[i] =
            m_folded[i] || (movers.count(node.opType) && all([&](const auto& v) { return isPlumbingInput(v); }));
    }

    void findProduct(const Node& node)
    {
        const std::size_t i = GraphFacts::at(node.index);
        if (m_facts.constantNode[i] || m_facts.plumbing[i])
            return;
        static const Names products = {"MatMul", "Gemm", "Conv", "MatMulInteger", "QLinearMatMul", "ConvTranspose"};
        if (node.opType.find("Attention") != std::string::npos) {
            m_facts.activationProduct[i] = 1;
        } else if (products.count(node.opType) && node.inputs.size() >= 2) {
            const bool weighted = isConstant(node.inputs[0]) || isConstant(node.inputs[1]);
            (weighted ? m_facts.weightProduct : m_facts.activationProduct)[i] = 1;
        } else if (node.opType == "Add" && node.inputs.size() == 2) {
            const bool first = isConstant(node.inputs[0]), second = isConstant(node.inputs[1]);
            m_facts.residualAdd[i] = !first && !second;
            if (first == second || m_facts.producers[i].size() != 1)
                return;
            m_facts.biasAdd[i] = m_facts.weightProduct[GraphFacts::at(m_facts.producers[i][0])];
        }
    }

    void splitName(const Node& node)
    {
        constexpr std::size_t deepest = 24;
        const std::string& name = node.name;
        const std::size_t i = GraphFacts::at(node.index);
        auto& scope = m_facts.scope[i];
        auto& ends = m_facts.scopeEnd[i];
        for (std::size_t begin = 0; begin <= name.size();) {
            const std::size_t end = std::min(name.find_first_of("/.", begin), name.size());
            const std::string_view part(name.data() + begin, end - begin);
            const bool number = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
            if (number && !scope.empty() && begin > 0 && name[begin - 1] == '.') {
                scope.back().append(".").append(part);
                ends.back() = end;
            } else if (!part.empty() && scope.size() <= deepest) {
                scope.emplace_back(part);
                ends.push_back(end);
            }
            begin = end + 1;
        }
        if (!scope.empty()) {
            scope.pop_back();
            ends.pop_back();
        }
    }

    const Model& m_model;
    GraphFacts m_facts;
    std::vector<char> m_folded; // computed from constants alone
    Names m_outputs;
};

} // namespace

GraphFacts graphFacts(const Model& model)
{
    return Finder(model).find();
}

} // namespace octet::graph
