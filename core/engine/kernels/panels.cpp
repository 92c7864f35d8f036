// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/panels.h"

namespace octet::engine {

PanelWeights::PanelWeights(const std::int8_t* values, std::int64_t k, std::int64_t n, WeightMemory& memory)
    : m_panels((n + panelColumns - 1) / panelColumns)
    , m_panelBytes((k + 3) / 4 * 4 * panelColumns)
{
    m_memory = memory.take(bytes());
    auto* to = reinterpret_cast<std::int8_t*>(m_memory.get());
    for (std::int64_t row = 0; row < k; ++row)
        for (std::int64_t column = 0; column < n; ++column)
            to[column / panelColumns * m_panelBytes + row / 4 * 4 * panelColumns + column % panelColumns * 4 + row % 4]
                = values[row * n + column];
}

} // namespace octet::engine
