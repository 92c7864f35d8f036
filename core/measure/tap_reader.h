// SPDX-License-Identifier: GPL-3.0-or-later
// Which parts of a tapped value belong to which sample, without padding and filler rows.
#pragma once

#include "core/measure/collected.h"
#include "core/measure/feed.h"
#include "core/quantize/products.h"

#include <map>
#include <string>
#include <vector>

namespace octet::measure {

/// Operands of attention products: by value, whether its tokens come last (K transposed).
using AttentionOperands = std::map<std::string, bool>;

AttentionOperands attentionOperands(const std::vector<quantize::Product>& products);

/// [batch, heads, tokens, depth] or [batch, tokens, depth], the last two the other way round where `tokensLast`.
struct OperandShape
{
    OperandShape(const Shape& shape, bool tokensLast)
        : heads(shape.size() == 4 ? shape[1] : 1)
        , tokens(shape[shape.size() - (tokensLast ? 1 : 2)])
        , depth(shape[shape.size() - (tokensLast ? 2 : 1)])
        , tokenStride(tokensLast ? 1 : depth)
        , depthStride(tokensLast ? tokens : 1)
    {
    }
    std::int64_t heads, tokens, depth, tokenStride, depthStride;
};

bool isOperandShape(const Shape& shape);

/// Channels whose extremes and means are kept: the last dimension of what a product with rows reads; heads and depth of
/// an operand of attention.
std::int64_t channelsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands);
std::int64_t headsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands);

/// The first `tokens` of one sample's operand, token by token with all heads beside each other.
void addOperand(std::span<const float> sample, const OperandShape& shape, std::int64_t tokens,
    quantize::ValueStatistics& statistics, SampleEnds* ends = nullptr);

/// Index of the checkpoint that sample number `sample` (from 0) counts towards first.
std::size_t partOf(std::size_t sample, const std::vector<long>& counts);

/// Adds the parts of one tap that belong to real samples, and of those only what is not padding.
class TapReader
{
public:
    TapReader(Runner& runner, const Context& context, Split split, const std::vector<std::size_t>& indices, int rows,
        int paddedLength, const AttentionOperands& operands, const std::vector<long>& counts)
        : m_runner(runner)
        , m_context(context)
        , m_split(split)
        , m_indices(indices)
        , m_rows(rows)
        , m_length(paddedLength)
        , m_operands(operands)
        , m_counts(counts)
    {
    }

    /// `sharedDone`: the value has no batch dimension and was already added for this program.
    void add(const std::string& value, Collected& collected, bool& sharedDone) const;

private:
    int realTokens(std::size_t i) const;
    quantize::ValueStatistics& partOfRow(Collected& collected, std::size_t i) const;
    void addOperands(std::span<const float> all, const OperandShape& shape, Collected& collected) const;

    Runner& m_runner;
    const Context& m_context;
    Split m_split;
    const std::vector<std::size_t>& m_indices;
    int m_rows, m_length;
    const AttentionOperands& m_operands;
    const std::vector<long>& m_counts;
};

} // namespace octet::measure
