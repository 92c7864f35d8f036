// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace octet::engine {

constexpr std::int64_t panelColumns = 48;

/// s8 weights in the order in which our own product reads them: [K, N] row major -> [panel][K / 4][48][4], zero beyond
/// K and N; 64-byte aligned.
class PanelWeights
{
public:
    PanelWeights(const std::int8_t* values, std::int64_t k, std::int64_t n);
    PanelWeights(const PanelWeights&) = delete;
    PanelWeights& operator=(const PanelWeights&) = delete;

    const std::int8_t* data() const { return m_data; }
    std::int64_t panels() const { return m_panels; }
    std::int64_t panelBytes() const { return m_panelBytes; }
    std::size_t bytes() const { return static_cast<std::size_t>(m_panels * m_panelBytes); }

private:
    std::vector<std::int8_t> m_storage;
    std::int8_t* m_data = nullptr;
    std::int64_t m_panels = 0, m_panelBytes = 0;
};

} // namespace octet::engine
