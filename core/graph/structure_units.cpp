// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/structure_units.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace octet::graph {

namespace {

std::string join(const std::vector<std::string>& parts, std::size_t from)
{
    std::string text;
    for (std::size_t i = from; i < parts.size(); ++i)
        text += (text.empty() ? "" : ".") + parts[i];
    return text;
}

bool isNorm(const std::string& opType)
{
    return opType.find("LayerNorm") != std::string::npos || opType == "ReduceMean" || opType == "BatchNormalization"
        || opType == "GroupNormalization" || opType == "InstanceNormalization"
        || opType.find("RMSNorm") != std::string::npos;
}

class Splitter
{
public:
    Splitter(const Model& model, const GraphFacts& facts, const std::vector<int>& nodes, std::size_t scopeDepth)
        : m_model(model)
        , m_facts(facts)
        , m_scopeDepth(scopeDepth)
    {
        for (const int node : nodes)
            if (facts.visible(node)) {
                m_nodes.push_back(node);
                m_unitOf.emplace(node, -1);
            }
        std::sort(m_nodes.begin(), m_nodes.end());
    }

    std::vector<Unit> split()
    {
        for (const int node : m_nodes)
            joinProducers(node);
        for (auto it = m_nodes.rbegin(); it != m_nodes.rend(); ++it)
            joinReaders(*it);
        for (const int node : m_nodes)
            m_units[at(m_unitOf[node])].nodes.push_back(node);
        std::erase_if(m_units, [](const Unit& unit) { return unit.nodes.empty(); });
        for (Unit& unit : m_units)
            unit.anchor = anchorOf(unit);
        std::sort(m_units.begin(), m_units.end(), [](const Unit& a, const Unit& b) { return a.anchor < b.anchor; });
        nameUnits();
        return std::move(m_units);
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    const std::string& opType(int node) const { return m_model.nodes()[at(node)].opType; }

    int newUnit(bool attention)
    {
        m_units.emplace_back();
        m_units.back().attention = attention;
        m_productOf.push_back(-1);
        return static_cast<int>(m_units.size()) - 1;
    }

    void joinProducers(int node)
    {
        if (m_facts.weightProduct[at(node)]) {
            m_unitOf[node] = newUnit(false);
            m_productOf.back() = node;
            return;
        }
        int latest = -1, attention = -1;
        for (const int producer : m_facts.producers[at(node)]) {
            const auto it = m_unitOf.find(producer);
            if (it == m_unitOf.end() || it->second < 0)
                continue;
            latest = std::max(latest, it->second);
            if (m_units[at(it->second)].attention)
                attention = std::max(attention, it->second);
        }
        if (!m_facts.activationProduct[at(node)])
            m_unitOf[node] = latest;
        else if (attention < 0)
            m_unitOf[node] = newUnit(true);
        else // PV continues the unit that QK^T began, unless what has come between needs that unit's result
            m_unitOf[node] = reads(latest, attention) ? latest : attention;
    }

    bool reads(int unit, int other) const
    {
        if (unit == other)
            return false;
        for (const auto& [node, unitOfNode] : m_unitOf)
            if (unitOfNode == unit)
                for (const int producer : m_facts.producers[at(node)])
                    if (const auto it = m_unitOf.find(producer); it != m_unitOf.end() && it->second == other)
                        return true;
        return false;
    }

    // Head splitting belongs to the attention that reads it; a norm at the block's start to the product behind it.
    void joinReaders(int node)
    {
        int reader = -1;
        bool several = false;
        for (const int consumer : m_facts.consumers[at(node)]) {
            const auto it = m_unitOf.find(consumer);
            if (it == m_unitOf.end()) {
                several = several || m_facts.visible(consumer);
                continue;
            }
            several = several || (reader >= 0 && it->second != reader);
            reader = it->second;
        }
        int& unit = m_unitOf[node];
        if (unit < 0)
            unit = reader >= 0 && !several ? reader : newUnit(false);
        else if (reader >= 0 && !several && m_units[at(reader)].attention && movesForward(node, unit))
            unit = reader;
    }

    bool movesForward(int node, int unit) const
    {
        if (m_units[at(unit)].attention || m_facts.weightProduct[at(node)] || m_facts.biasAdd[at(node)]
            || m_facts.activationProduct[at(node)] || isNorm(opType(node)))
            return false;
        const int product = m_productOf[at(unit)];
        const bool scoped = !m_facts.scope[at(node)].empty();
        return product < 0 || !scoped || m_facts.scope[at(product)] != m_facts.scope[at(node)];
    }

    std::string suffix(const Unit& unit, int product) const
    {
        bool add = false, norm = false, mean = false, root = false, tanh = false, pow = false;
        std::string before, activation;
        for (const int node : unit.nodes) {
            const std::string& op = opType(node);
            if (node < product && isNorm(op))
                before = "norm + ";
            if (node < product)
                continue;
            add = add || isResidual(node, unit);
            mean = mean || op == "ReduceMean";
            root = root || op == "Sqrt";
            norm = norm || (isNorm(op) && op != "ReduceMean");
            tanh = tanh || op == "Tanh";
            pow = pow || op == "Pow";
            if (op == "Erf" || op.find("Gelu") != std::string::npos)
                activation = " + GELU";
            else if (op == "Relu" || op == "Sigmoid" || op == "Softmax" || op == "HardSwish" || op == "LeakyRelu")
                activation = " + " + op;
        }
        norm = norm || (mean && root);
        if (tanh && activation.empty())
            activation = pow && !mean ? " + GELU" : " + tanh";
        return before + "\n" + activation + (add ? " + add" : "") + (norm ? " + norm" : "");
    }

    int anchorOf(const Unit& unit) const
    {
        const auto it = std::find_if(unit.nodes.begin(), unit.nodes.end(),
            [&](int n) { return m_facts.weightProduct[at(n)] || m_facts.activationProduct[at(n)]; });
        return it == unit.nodes.end() ? unit.nodes.front() : *it;
    }

    // Of a residual: the other operand comes from elsewhere (GELU's x + 0.044x^3 does not).
    bool isResidual(int node, const Unit& unit) const
    {
        const auto& producers = m_facts.producers[at(node)];
        return m_facts.residualAdd[at(node)] && !std::all_of(producers.begin(), producers.end(), [&](int p) {
            return std::binary_search(unit.nodes.begin(), unit.nodes.end(), p);
        });
    }

    int productOf(const Unit& unit) const
    {
        for (const int node : unit.nodes)
            if (m_facts.weightProduct[at(node)])
                return node;
        return -1;
    }

    // The scope of a product is that of its bias where an exporter gave the multiplication one of its own below.
    std::pair<int, std::size_t> scopeOf(const Unit& unit, int product) const
    {
        const auto& scope = m_facts.scope[at(product)];
        for (const int node : unit.nodes) {
            const auto& other = m_facts.scope[at(node)];
            if (m_facts.biasAdd[at(node)] && other.size() > m_scopeDepth && other.size() < scope.size()
                && std::equal(other.begin(), other.end(), scope.begin()))
                return {node, other.size()};
        }
        return {product, scope.size()};
    }

    void nameUnits()
    {
        std::map<std::string, int> lastComponents;
        for (Unit& unit : m_units) {
            const int product = productOf(unit);
            if (product < 0 || unit.attention)
                continue;
            const auto [node, depth] = scopeOf(unit, product);
            std::vector<std::string> scope = m_facts.scope[at(node)];
            scope.resize(std::min(depth, scope.size()));
            if (scope.size() > m_scopeDepth) {
                unit.name = join(scope, m_scopeDepth);
                unit.path = m_model.nodes()[at(node)].name.substr(0, m_facts.scopeEnd[at(node)][scope.size() - 1]);
                ++lastComponents[scope.back()];
            }
        }
        nameByRole();
        for (Unit& unit : m_units) {
            const std::string last = unit.path.empty() ? unit.name : unit.name.substr(lastStart(unit.name));
            const int product = productOf(unit);
            if (unit.attention) {
                unit.title = unit.nodes.size() > 1 ? "attention (scores, softmax, context)" : "attention";
            } else if (product >= 0) {
                const std::string around = suffix(unit, product);
                const std::size_t middle = around.find('\n');
                const std::string base = !unit.path.empty() && lastComponents[last] == 1 ? last : unit.name;
                unit.title = around.substr(0, middle) + base + around.substr(middle + 1);
            } else {
                unit.title = unit.name;
            }
        }
    }

    // "blocks.0.fc1" -> start of "fc1"; a number stays with the word before it.
    static std::size_t lastStart(const std::string& name)
    {
        std::size_t dot = name.rfind('.');
        while (dot != std::string::npos && dot + 1 < name.size()
            && std::isdigit(static_cast<unsigned char>(name[dot + 1])))
            dot = dot == 0 ? std::string::npos : name.rfind('.', dot - 1);
        return dot == std::string::npos ? 0 : dot + 1;
    }

    void nameByRole()
    {
        std::map<std::string, int> used;
        bool attentionSeen = false, outputSeen = false;
        for (std::size_t i = 0; i < m_units.size(); ++i) {
            Unit& unit = m_units[i];
            if (unit.attention)
                unit.name = "attention";
            else if (unit.name.empty())
                unit.name = roleName(unit, attentionSeen, outputSeen);
            outputSeen = outputSeen || (attentionSeen && productOf(unit) >= 0);
            attentionSeen = attentionSeen || unit.attention;
            const int count = ++used[unit.name];
            if (count > 1)
                unit.name += " " + std::to_string(count);
        }
    }

    std::string roleName(const Unit& unit, bool attentionSeen, bool outputSeen) const
    {
        const int product = productOf(unit);
        if (product < 0) {
            const bool norm =
                std::any_of(unit.nodes.begin(), unit.nodes.end(), [&](int n) { return isNorm(opType(n)); });
            return norm ? "norm" : opType(unit.nodes.back());
        }
        if (!attentionSeen)
            return operandRole(unit);
        return outputSeen ? "feed-forward" : "attention output";
    }

    std::string operandRole(const Unit& unit) const
    {
        const int last = unit.nodes.back();
        for (const Unit& other : m_units) {
            if (!other.attention)
                continue;
            std::vector<int> products;
            for (const int node : other.nodes)
                if (m_facts.activationProduct[at(node)])
                    products.push_back(node);
            if (products.size() != 2)
                continue;
            const bool query = reaches(last, products[0], 0), key = reaches(last, products[0], 1);
            const bool value = reaches(last, products[1], 1);
            if (query && key && value)
                return "query, key, value";
            return value ? "value" : key ? "key" : query ? "query" : opType(productOf(unit));
        }
        return opType(productOf(unit));
    }

    // Whether operand `input` of `product` comes from `node` by ops that only move or scale.
    bool reaches(int node, int product, std::size_t input) const
    {
        const Node* at0 = m_model.producer(m_model.nodes()[at(product)].inputs[input]);
        for (int steps = 0; at0 && steps < 32; ++steps) {
            if (at0->index == node)
                return true;
            const auto& producers = m_facts.producers[at(at0->index)];
            const auto it = std::find_if(producers.begin(), producers.end(), [&](int p) { return m_facts.visible(p); });
            at0 = it == producers.end() || m_facts.weightProduct[at(at0->index)] ? nullptr : &m_model.nodes()[at(*it)];
        }
        return false;
    }

    const Model& m_model;
    const GraphFacts& m_facts;
    std::size_t m_scopeDepth;
    std::vector<int> m_nodes;
    std::unordered_map<int, int> m_unitOf;
    std::vector<Unit> m_units;
    std::vector<int> m_productOf; // by unit
};

} // namespace

std::vector<Unit> unitsOf(
    const Model& model, const GraphFacts& facts, const std::vector<int>& nodes, std::size_t scopeDepth)
{
    return Splitter(model, facts, nodes, scopeDepth).split();
}

} // namespace octet::graph
