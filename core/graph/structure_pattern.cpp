// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes of a model whose names say nothing. Written as the sequence of its visible ops, a Transformer is a word that
// repeats once a layer: the period is the shift under which the longest stretch of the sequence matches itself. Where
// in the period a layer begins is then the place that the fewest values cross, and among those the one whose crossing
// value has the most readers (query, key, value and the residual all read a layer's input).
#include "core/graph/structure_tree.h"

#include "core/graph/structure_units.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

namespace octet::graph {

namespace {

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

struct Stretch
{
    std::size_t begin = 0, length = 0, period = 0;
};

// Bounds the search to about 10^8 comparisons.
std::size_t longestPeriod(std::size_t count)
{
    return std::min(count / 2, std::max<std::size_t>(64, 100'000'000 / std::max<std::size_t>(count, 1)));
}

Stretch longestRepeat(const std::vector<int>& letters, std::size_t shortest)
{
    Stretch best;
    const std::size_t count = letters.size();
    for (std::size_t period = shortest; period <= longestPeriod(count); ++period) {
        if (best.length * 5 >= count * 4)
            break; // nothing longer can say more
        std::size_t run = 0;
        for (std::size_t i = 0; i + period < count; ++i) {
            run = letters[i] == letters[i + period] ? run + 1 : 0;
            // A multiple of the period matches a shorter stretch, so the first to reach a length is the period.
            if (run >= period && run + period > best.length)
                best = {i + 1 - run, run + period, period};
        }
    }
    return best;
}

class PatternFinder
{
public:
    PatternFinder(const Model& model, const GraphFacts& facts)
        : m_model(model)
        , m_facts(facts)
    {
        for (const Node& node : model.nodes())
            if (facts.visible(node.index))
                m_visible.push_back(node.index);
    }

    Pattern find()
    {
        Pattern pattern;
        constexpr std::size_t shortest = 6;
        const Stretch stretch = longestRepeat(letters(), shortest);
        if (stretch.period == 0 || !hasProducts(stretch.begin, stretch.period)) {
            pattern.before.push_back(m_visible);
            return pattern;
        }
        const std::size_t begin = bestStart(stretch);
        const std::size_t repeats = (stretch.begin + stretch.length - begin) / stretch.period;
        const auto slice = [&](std::size_t from, std::size_t to) {
            return std::vector<int>(
                m_visible.begin() + static_cast<long>(from), m_visible.begin() + static_cast<long>(to));
        };
        if (begin > 0)
            pattern.before.push_back(slice(0, begin));
        for (std::size_t r = 0; r < repeats; ++r)
            pattern.blocks.push_back(slice(begin + r * stretch.period, begin + (r + 1) * stretch.period));
        const std::size_t end = begin + repeats * stretch.period;
        if (end < m_visible.size())
            pattern.after.push_back(slice(end, m_visible.size()));
        return pattern;
    }

private:
    // Op type, and for weight products the weight's shape.
    std::vector<int> letters() const
    {
        std::map<std::string, int> alphabet;
        std::vector<int> word;
        for (const int node : m_visible) {
            const Node& n = m_model.nodes()[at(node)];
            std::string letter = n.opType;
            for (const std::string& input : n.inputs)
                if (const Weight* weight = m_facts.weightProduct[at(node)] ? m_model.weight(input) : nullptr)
                    letter += toString(weight->shape);
            word.push_back(alphabet.emplace(letter, static_cast<int>(alphabet.size())).first->second);
        }
        return word;
    }

    bool hasProducts(std::size_t begin, std::size_t length) const
    {
        int products = 0;
        for (std::size_t i = begin; i < begin + length; ++i)
            products += m_facts.weightProduct[at(m_visible[i])];
        return products >= 2;
    }

    std::size_t bestStart(const Stretch& stretch) const
    {
        // Per cut before position i: values that cross, and readers behind it.
        std::vector<int> position(m_model.nodes().size(), -1);
        for (std::size_t i = 0; i < m_visible.size(); ++i)
            position[at(m_visible[i])] = static_cast<int>(i);
        std::vector<int> crossing(m_visible.size() + 2, 0), readers(m_visible.size() + 1, 0);
        for (std::size_t i = 0; i < m_visible.size(); ++i) {
            int last = -1;
            for (const int consumer : m_facts.consumers[at(m_visible[i])])
                last = std::max(last, position[at(consumer)]);
            if (last < 0)
                continue;
            ++crossing[i + 1];
            --crossing[at(last) + 1];
            readers[i + 1] = static_cast<int>(m_facts.consumers[at(m_visible[i])].size());
        }
        for (std::size_t i = 1; i < crossing.size(); ++i)
            crossing[i] += crossing[i - 1];
        // Judged one period later: the first layer's input may come from ops that layers lack.
        std::size_t best = stretch.begin;
        std::pair<int, int> bestScore{std::numeric_limits<int>::max(), 0};
        const std::size_t tries = std::min(stretch.period, stretch.length - stretch.period + 1);
        for (std::size_t start = stretch.begin; start < stretch.begin + tries; ++start) {
            const std::size_t cut = start + stretch.period;
            if (cut >= readers.size() || start + stretch.period > stretch.begin + stretch.length)
                break;
            const std::pair score{crossing[cut], -readers[cut]};
            if (score < bestScore) {
                bestScore = score;
                best = start;
            }
        }
        return best;
    }

    const Model& m_model;
    const GraphFacts& m_facts;
    std::vector<int> m_visible;
};

} // namespace

Pattern findPattern(const Model& model, const GraphFacts& facts)
{
    return PatternFinder(model, facts).find();
}

void buildByPattern(TreeBuilder& builder, TreeBox& root)
{
    const GraphFacts& facts = builder.facts();
    Pattern pattern = findPattern(builder.model(), facts);
    struct Part
    {
        std::string name, title;
        std::vector<int> nodes;
    };
    std::vector<Part> parts;
    const bool layered = !pattern.blocks.empty();
    for (auto& nodes : pattern.before)
        parts.push_back({layered ? "embeddings" : "", "Embeddings", std::move(nodes)});
    for (std::size_t i = 0; i < pattern.blocks.size(); ++i)
        parts.push_back({"layer." + std::to_string(i), "Layer " + std::to_string(i), std::move(pattern.blocks[i])});
    for (auto& nodes : pattern.after)
        parts.push_back({"head", "Head", std::move(nodes)});

    std::vector<int> partOf(builder.model().nodes().size(), -1);
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (const int node : parts[i].nodes)
            partOf[at(node)] = static_cast<int>(i);
    std::vector<int> everything(partOf.size());
    std::iota(everything.begin(), everything.end(), 0);
    placePlumbing(facts, everything, partOf);
    std::vector<int> shared;
    for (std::size_t node = 0; node < partOf.size(); ++node) {
        if (facts.visible(static_cast<int>(node)) || facts.constantNode[node])
            continue;
        (partOf[node] >= 0 ? parts[at(partOf[node])].nodes : shared).push_back(static_cast<int>(node));
    }
    for (Part& part : parts) {
        if (part.name.empty())
            builder.fill(root, part.nodes, 0);
        else
            builder.fill(root.add(part.name, "/(" + part.name + ")", part.title), part.nodes, 0);
    }
    if (!shared.empty()) {
        TreeBox& box = root.add("mask and shapes", "/(mask and shapes)", "Mask and shapes");
        for (const int node : shared)
            builder.addLeaf(box, node);
    }
}

} // namespace octet::graph
