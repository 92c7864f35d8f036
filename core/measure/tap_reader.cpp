// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/tap_reader.h"

#include <algorithm>

namespace octet::measure {

AttentionOperands attentionOperands(const std::vector<quantize::Product>& products)
{
    AttentionOperands operands;
    for (const quantize::Product& product : products) {
        if (product.kind == quantize::ProductKind::Scores) {
            operands[product.activation] = false;
            operands[product.weight] = true;
        } else if (product.kind == quantize::ProductKind::Context) {
            operands[product.weight] = false;
        }
    }
    return operands;
}

bool isOperandShape(const Shape& shape)
{
    return shape.size() == 3 || shape.size() == 4;
}

std::int64_t channelsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands)
{
    constexpr std::int64_t widest = 1 << 20;
    std::int64_t channels = shape.size() == 2 || shape.size() == 3 ? shape.back() : 0;
    if (const auto it = operands.find(value); it != operands.end() && isOperandShape(shape)) {
        const OperandShape operand(shape, it->second);
        channels = operand.heads * operand.depth;
    }
    return channels <= widest ? channels : 0;
}

std::int64_t headsOf(const std::string& value, const Shape& shape, const AttentionOperands& operands)
{
    const auto it = operands.find(value);
    return it != operands.end() && isOperandShape(shape) ? OperandShape(shape, it->second).heads : 0;
}

void addOperand(std::span<const float> sample, const OperandShape& shape, std::int64_t tokens,
    quantize::ValueStatistics& statistics, SampleEnds* ends)
{
    std::vector<float> row(static_cast<std::size_t>(shape.heads * shape.depth));
    for (std::int64_t t = 0; t < tokens; ++t) {
        for (std::int64_t h = 0; h < shape.heads; ++h)
            for (std::int64_t d = 0; d < shape.depth; ++d)
                row[static_cast<std::size_t>(h * shape.depth + d)] = sample[static_cast<std::size_t>(
                    h * shape.tokens * shape.depth + t * shape.tokenStride + d * shape.depthStride)];
        statistics.add(row);
        if (ends)
            ends->extend(row);
    }
}

std::size_t partOf(std::size_t sample, const std::vector<long>& counts)
{
    const auto at = std::upper_bound(counts.begin(), counts.end(), static_cast<long>(sample));
    return std::min<std::size_t>(static_cast<std::size_t>(at - counts.begin()), counts.size() - 1);
}

void TapReader::add(const std::string& value, Collected& collected, bool& sharedDone) const
{
    const Shape shape = m_runner.session().tapShape(value);
    const std::span<const float> all = m_runner.session().tap(value);
    if (all.empty())
        return;
    const bool batched = !shape.empty() && shape[0] == m_rows;
    const auto operand = m_operands.find(value);
    if (batched && operand != m_operands.end() && isOperandShape(shape)) {
        addOperands(all, OperandShape(shape, operand->second), collected);
        return;
    }
    const bool perToken = m_length > 0 && batched && shape.size() >= 3 && shape[1] == m_length;
    const bool flattened = m_length > 0 && shape.size() == 2 && m_length > 1
        && shape[0] == static_cast<std::int64_t>(m_rows) * m_length; // [batch * length, channels]
    if (!batched && !flattened) {
        if (!sharedDone)
            collected.parts.front().add(all); // belongs to every sample
        sharedDone = true;
        return;
    }
    const std::size_t perSample = all.size() / static_cast<std::size_t>(m_rows);
    for (std::size_t i = 0; i < m_indices.size(); ++i) {
        if (m_context.data->isAllPadding(m_split, m_indices[i]))
            continue;
        std::size_t count = perSample;
        if (perToken || flattened)
            count = perSample / static_cast<std::size_t>(m_length) * static_cast<std::size_t>(realTokens(i));
        const std::span<const float> own = all.subspan(i * perSample, count);
        partOfRow(collected, i).add(own);
        collected.ends.extend(own);
        collected.ends.finish(static_cast<long>(m_indices[i]) + 1);
    }
}

int TapReader::realTokens(std::size_t i) const
{
    return std::clamp(m_context.data->length(m_split, m_indices[i]), 0, m_length);
}

quantize::ValueStatistics& TapReader::partOfRow(Collected& collected, std::size_t i) const
{
    return collected.parts[partOf(m_indices[i], m_counts)];
}

void TapReader::addOperands(std::span<const float> all, const OperandShape& shape, Collected& collected) const
{
    const std::size_t perSample = all.size() / static_cast<std::size_t>(m_rows);
    for (std::size_t i = 0; i < m_indices.size(); ++i) {
        if (m_context.data->isAllPadding(m_split, m_indices[i]))
            continue;
        const bool padded = m_length > 0 && shape.tokens == m_length;
        addOperand(all.subspan(i * perSample, perSample), shape, padded ? realTokens(i) : shape.tokens,
            partOfRow(collected, i), &collected.ends);
        collected.ends.finish(static_cast<long>(m_indices[i]) + 1);
    }
}

} // namespace octet::measure
