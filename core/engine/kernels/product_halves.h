// SPDX-License-Identifier: GPL-3.0-or-later
// The bf16 product of our own. oneDNN's result for a row depends on how many rows and threads there are (measured with
// 2.6.3 and K = 3072); here a sum runs over K in one order, whatever they are. Scalar form: core/engine/reference.
#pragma once

#include <cstdint>

namespace octet::engine {

/// c [rows, n] = a [rows, k] x weights [k, n] in fp32 sums.
struct HalfProductTask
{
    const std::uint16_t* a = nullptr; // k filled up with zeros to halfStep; up to 15 rows more may be read
    std::int64_t aRow = 0; // halves from row to row
    std::int64_t rows = 0, k = 0, n = 0;
    const std::uint16_t* panels = nullptr; // PanelLayout::Halves
    const void* nextWeights = nullptr; // what this thread reads after its last panel, for prefetching; may be null
    std::int64_t nextBytes = 0;
    float* c = nullptr;
    std::int64_t cRow = 0;
};

/// Halves of a row of a tile, of a tile of weights (16 columns), and of both tiles of a panel.
constexpr std::int64_t halfStep = 32, tileHalves = 16 * halfStep, stepHalves = 2 * tileHalves;

/// Panels [begin, end). Needs AVX512-BF16.
void multiplyHalvesBf16(const HalfProductTask& task, std::int64_t begin, std::int64_t end);
/// The same. Needs AMX-BF16 and allowTiles().
void multiplyHalvesAmx(const HalfProductTask& task, std::int64_t begin, std::int64_t end);
/// multiplyHalvesAmx's code over emulated tiles, for tests: any CPU.
void multiplyHalvesEmulated(const HalfProductTask& task, std::int64_t begin, std::int64_t end);

} // namespace octet::engine
