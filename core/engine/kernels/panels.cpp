// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/kernels/panels.h"

namespace octet::engine {

PanelWeights::PanelWeights(const std::int8_t* values, std::int64_t k, std::int64_t n)
    : m_panels((n + panelColumns - 1) / panelColumns)
    , m_panelBytes((k + 3) / 4 * 4 * panelColumns)
{
    m_storage.resize(static_cast<std::size_t>(m_panels * m_panelBytes) + 64);
    const auto address = reinterpret_cast<std::uintptr_t>(m_storage.data());
    m_data = m_storage.data() + (64 - address % 64) % 64;
    for (std::int64_t row = 0; row < k; ++row)
        for (std::int64_t column = 0; column < n; ++column)
            m_data[column / panelColumns * m_panelBytes + row / 4 * 4 * panelColumns + column % panelColumns * 4 + row % 4]
                = values[row * n + column];
}

} // namespace octet::engine
