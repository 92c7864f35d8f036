// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/panels.h"

#include "core/engine/kernels/product_halves.h"
#include "core/engine/ops/half.h"

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

PanelWeights::PanelWeights(const float* values, std::int64_t k, std::int64_t n, bool transposed, WeightMemory& memory,
    PanelLayout layout)
    : m_layout(layout)
{
    const bool halves = layout == PanelLayout::Halves;
    const std::int64_t columns = halves ? tilePanelColumns : panelColumns;
    m_panels = (n + columns - 1) / columns;
    m_panelBytes = halves ? (k + halfStep - 1) / halfStep * stepHalves * 2 : k * columns * 4;
    m_memory = memory.take(bytes());
    halves ? fillHalves(values, k, n, transposed) : fillFloats(values, k, n, transposed);
}

void PanelWeights::fillFloats(const float* values, std::int64_t k, std::int64_t n, bool transposed)
{
    auto* to = reinterpret_cast<float*>(m_memory.get());
    for (std::int64_t first = 0; first < n; first += panelColumns, to += k * panelColumns) {
        const std::int64_t columns = std::min(panelColumns, n - first);
        for (std::int64_t row = 0; row < k; ++row)
            for (std::int64_t c = 0; c < columns; ++c)
                to[row * panelColumns + c] = values[transposed ? (first + c) * k + row : row * n + first + c];
    }
}

void PanelWeights::fillHalves(const float* values, std::int64_t k, std::int64_t n, bool transposed)
{
    auto* to = reinterpret_cast<std::uint16_t*>(m_memory.get());
    for (std::int64_t first = 0; first < n; first += tilePanelColumns, to += m_panelBytes / 2) {
        const std::int64_t columns = std::min(tilePanelColumns, n - first);
        for (std::int64_t row = 0; row < k; ++row)
            for (std::int64_t c = 0; c < columns; ++c) // two halves take the place of four bytes
                to[tilePlace(2 * row, c) / 2] =
                    BFloat16(values[transposed ? (first + c) * k + row : row * n + first + c]).bits;
    }
}

} // namespace octet::engine
