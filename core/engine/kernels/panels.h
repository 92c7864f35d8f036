// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/kernels/weight_memory.h"

#include <cstdint>

namespace octet::engine {

/// Vnni: [panel][K / 4][48][4]. Tiles: [panel][K / 64][2][16][16][4], two tiles of 16 columns for each 64 of K, each of
/// them 16 rows of 64 bytes. Floats: [panel][K][48] of fp32. Halves: [panel][K / 32][2][16][16][2] of bf16, tiles as well.
enum class PanelLayout { Vnni, Tiles, Floats, Halves };

constexpr std::int64_t panelColumns = 48;
constexpr std::int64_t tilePanelColumns = 32;

/// Streams side by side in which a tile product prefetches its next panel: two are best as long as tiles of A come from
/// L2 as well; where there is one block of rows, memory is what limits, and four bring up to a quarter more of it.
constexpr int streamsOfBlocks = 2, streamsOfOneBlock = 4;

/// Weights in the order in which our own products read them: from [K, N] row major; zero beyond K and N; 64-byte aligned.
class PanelWeights
{
public:
    PanelWeights(const std::int8_t* values, std::int64_t k, std::int64_t n, WeightMemory& memory,
        PanelLayout layout = PanelLayout::Vnni);
    /// PanelLayout::Floats or Halves, which are rounded to the nearest. `transposed`: from [N, K].
    PanelWeights(const float* values, std::int64_t k, std::int64_t n, bool transposed, WeightMemory& memory,
        PanelLayout layout = PanelLayout::Floats);

    const std::int8_t* data() const { return reinterpret_cast<const std::int8_t*>(m_memory.get()); }
    PanelLayout layout() const { return m_layout; }
    std::int64_t panels() const { return m_panels; }
    std::int64_t panelBytes() const { return m_panelBytes; }
    std::size_t bytes() const { return static_cast<std::size_t>(m_panels * m_panelBytes); }

private:
    void fillFloats(const float* values, std::int64_t k, std::int64_t n, bool transposed);
    void fillHalves(const float* values, std::int64_t k, std::int64_t n, bool transposed);

    PanelLayout m_layout;
    std::int64_t m_panels = 0, m_panelBytes = 0;
    std::shared_ptr<std::byte> m_memory;
};

} // namespace octet::engine
