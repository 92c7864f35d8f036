// SPDX-License-Identifier: GPL-3.0-or-later
// What a node is taken apart with: new nodes, constants and names.
#pragma once

#include "core/graph/rewrite.h"

#include <set>
#include <string>
#include <vector>

namespace octet::graph {

class Expansion
{
public:
    explicit Expansion(const Model& model);

    const Model& model() const { return m_model; }
    std::vector<Node>& nodes() { return m_nodes; }
    void keep(const Node& node); // as it is
    void replace(const Node& node) { m_nodeNames.erase(node.name); } // its name is free for what comes
    const std::vector<NewWeight>& weights() const { return m_weights; }

    using Attributes = std::map<std::string, Attribute>;
    /// A node `name` (made unique); gives its output, which is `output` or, if empty, named after the node.
    std::string add(const std::string& opType, const std::string& name, std::vector<std::string> inputs,
        Attributes attributes = {}, const std::string& output = {}, const std::string& domain = {});
    std::string value(const std::string& wanted) { return unique(m_values, wanted); } // a name for one
    std::string floats(const std::string& name, Shape shape, std::vector<float> values);
    std::string ints(const std::string& name, Shape shape, std::vector<std::int64_t> values);
    std::string constant(const std::string& name, DType type, Shape shape, Fill fill);
    std::string number(const std::string& name, float value) { return floats(name, {}, {value}); }

    std::string reshape(const std::string& name, const std::string& value, std::vector<std::int64_t> shape,
        const std::string& output = {});
    std::string transpose(const std::string& name, const std::string& value, std::vector<std::int64_t> permutation);
    /// The DequantizeLinear of three inputs of `node`; the zero point may be missing. `axis`: of scales a channel.
    std::string dequantized(const std::string& name, const Node& node, std::size_t value, std::size_t scale,
        std::size_t zeroPoint, std::int64_t axis = 1);
    /// The integers, scale and zero point that a DynamicQuantizeLinear gives.
    std::vector<std::string> dynamicallyQuantized(const std::string& name, const std::string& value);
    std::string cast(const std::string& name, const std::string& value, DType type);
    /// 0, 1, .. up to the length of dimension `axis` of `value`, int64.
    std::string positions(const std::string& name, const std::string& value, std::int64_t axis);

    bool isRead(const std::string& value) const; // by nodes, or as an output
    /// Number of dimensions as declared or as the operators before tell; -1 = unknown.
    int rank(const std::string& value, int depth = 0) const;
    const Weight* weight(const Node& node, std::size_t input) const; // null = omitted or computed
    const Weight* floats(const Node& node, std::size_t input) const; // null also where it is no f32

private:
    static std::string unique(std::set<std::string>& names, const std::string& wanted);

    const Model& m_model;
    std::vector<Node> m_nodes;
    std::vector<NewWeight> m_weights;
    std::set<std::string> m_nodeNames;
    std::set<std::string> m_values;
};

bool has(const Node& node, std::size_t input);
bool wants(const Node& node, std::size_t output);

/// Additive mask of an attention, "" for none. Made once for all nodes that share it.
class AttentionMasks
{
public:
    explicit AttentionMasks(Expansion& to)
        : m_to(to)
    {
    }
    /// Whether the form of the mask `value` is known: lengths [B], keys [B, T] or pairs [B, S, T], above 0 = seen.
    bool knows(const std::string& value, const std::string& keys) const;
    /// [B, 1, 1, T] or [B, 1, S, T]: 0 or `hidden`. `keys`: [B, T, ..].
    std::string padding(const std::string& node, const std::string& value, const std::string& keys, float hidden);
    /// [S, T]: what comes after a query is hidden from it.
    std::string causal(const std::string& node, const std::string& queries, const std::string& keys);

private:
    std::string additive(const std::string& name, const std::string& isHidden, float hidden);

    Expansion& m_to;
    std::map<std::string, std::string> m_made;
};

/// The two attentions; false = this form is left as it is, and nothing was added.
bool expandAttention(Expansion& to, AttentionMasks& masks, const Node& node);
bool expandMultiHeadAttention(Expansion& to, AttentionMasks& masks, const Node& node);

bool expandEmbedNorm(Expansion& to, const Node& node);

/// Operators that read integers: what they read comes out of a DequantizeLinear, what they write goes into a
/// QuantizeLinear. False as above.
bool expandQuantized(Expansion& to, AttentionMasks& masks, const Node& node);
/// The same of the dequantized operands of a QAttention, in the order of Attention.
bool expandQuantizedAttention(Expansion& to, AttentionMasks& masks, const Node& node);

} // namespace octet::graph
