// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/panels.h"

#include <algorithm>

namespace octet::engine {

namespace {

std::int64_t vnniPlace(std::int64_t row, std::int64_t column)
{
    return row / 4 * 4 * panelColumns + column * 4 + row % 4;
}

std::int64_t tilePlace(std::int64_t row, std::int64_t column)
{
    return row / 64 * 64 * tilePanelColumns + column / 16 * 1024 + row % 64 / 4 * 64 + column % 16 * 4 + row % 4;
}

} // namespace

PanelWeights::PanelWeights(
    const std::int8_t* values, std::int64_t k, std::int64_t n, WeightMemory& memory, PanelLayout layout)
    : m_layout(layout)
{
    const bool tiles = layout == PanelLayout::Tiles;
    const std::int64_t columns = tiles ? tilePanelColumns : panelColumns, depth = tiles ? 64 : 4;
    m_panels = (n + columns - 1) / columns;
    m_panelBytes = (k + depth - 1) / depth * depth * columns;
    m_memory = memory.take(bytes());
    auto* to = reinterpret_cast<std::int8_t*>(m_memory.get());
    for (std::int64_t row = 0; row < k; ++row)
        for (std::int64_t column = 0; column < n; ++column) {
            const std::int64_t inPanel = column % columns;
            to[column / columns * m_panelBytes + (tiles ? tilePlace(row, inPanel) : vnniPlace(row, inPanel))] =
                values[row * n + column];
        }
}

PanelWeights::PanelWeights(const float* values, std::int64_t k, std::int64_t n, bool transposed, WeightMemory& memory)
    : m_layout(PanelLayout::Floats)
    , m_panels((n + panelColumns - 1) / panelColumns)
    , m_panelBytes(k * panelColumns * static_cast<std::int64_t>(sizeof(float)))
    , m_memory(memory.take(bytes()))
{
    auto* to = reinterpret_cast<float*>(m_memory.get());
    for (std::int64_t first = 0; first < n; first += panelColumns, to += k * panelColumns) {
        const std::int64_t columns = std::min(panelColumns, n - first);
        for (std::int64_t row = 0; row < k; ++row)
            for (std::int64_t c = 0; c < columns; ++c)
                to[row * panelColumns + c] = values[transposed ? (first + c) * k + row : row * n + first + c];
    }
}

} // namespace octet::engine
