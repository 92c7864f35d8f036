// SPDX-License-Identifier: GPL-3.0-or-later
// The processor's tiles: for files compiled for AMX alone.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "core/engine/kernels/tiles.h"

namespace octet::engine::OCTET_ISA {

/// The intrinsics take register numbers as literals only.
class HardwareTiles
{
public:
    void configure(const TileConfig& config) { _tile_loadconfig(&config); }
    void release() { _tile_release(); }

    template <int Tile>
    void zero()
    {
        static_assert(Tile >= 0 && Tile < 4);
        if constexpr (Tile == 0)
            _tile_zero(0);
        else if constexpr (Tile == 1)
            _tile_zero(1);
        else if constexpr (Tile == 2)
            _tile_zero(2);
        else
            _tile_zero(3);
    }
    template <int Tile>
    void load(const void* from, std::int64_t stride)
    {
        static_assert(Tile >= 0 && Tile < 8);
        if constexpr (Tile == 0)
            _tile_loadd(0, from, stride);
        else if constexpr (Tile == 1)
            _tile_loadd(1, from, stride);
        else if constexpr (Tile == 2)
            _tile_loadd(2, from, stride);
        else if constexpr (Tile == 3)
            _tile_loadd(3, from, stride);
        else if constexpr (Tile == 4)
            _tile_loadd(4, from, stride);
        else if constexpr (Tile == 5)
            _tile_loadd(5, from, stride);
        else if constexpr (Tile == 6)
            _tile_loadd(6, from, stride);
        else
            _tile_loadd(7, from, stride);
    }
    /// Of what L1 need not keep.
    template <int Tile>
    void loadOnce(const void* from, std::int64_t stride)
    {
        static_assert(Tile == 4 || Tile == 5);
        if constexpr (Tile == 4)
            _tile_stream_loadd(4, from, stride);
        else
            _tile_stream_loadd(5, from, stride);
    }
    template <int Tile>
    void store(void* to, std::int64_t stride)
    {
        static_assert(Tile >= 0 && Tile < 4);
        if constexpr (Tile == 0)
            _tile_stored(0, to, stride);
        else if constexpr (Tile == 1)
            _tile_stored(1, to, stride);
        else if constexpr (Tile == 2)
            _tile_stored(2, to, stride);
        else
            _tile_stored(3, to, stride);
    }
    template <TileDot Dot, int Sums, int A, int B>
    void multiply()
    {
        static_assert(A == 4 + Sums / 2 && B == 6 + Sums % 2);
        if constexpr (Dot == TileDot::UnsignedSigned && Sums == 0)
            _tile_dpbusd(0, 4, 6);
        else if constexpr (Dot == TileDot::UnsignedSigned && Sums == 1)
            _tile_dpbusd(1, 4, 7);
        else if constexpr (Dot == TileDot::UnsignedSigned && Sums == 2)
            _tile_dpbusd(2, 5, 6);
        else if constexpr (Dot == TileDot::UnsignedSigned)
            _tile_dpbusd(3, 5, 7);
        else if constexpr (Dot == TileDot::SignedUnsigned && Sums == 0)
            _tile_dpbsud(0, 4, 6);
        else if constexpr (Dot == TileDot::SignedUnsigned && Sums == 1)
            _tile_dpbsud(1, 4, 7);
        else if constexpr (Dot == TileDot::Halves && Sums == 0)
            _tile_dpbf16ps(0, 4, 6);
        else if constexpr (Dot == TileDot::Halves && Sums == 1)
            _tile_dpbf16ps(1, 4, 7);
        else if constexpr (Dot == TileDot::Halves && Sums == 2)
            _tile_dpbf16ps(2, 5, 6);
        else if constexpr (Dot == TileDot::Halves)
            _tile_dpbf16ps(3, 5, 7);
        else
            static_assert(Sums < 0, "nobody multiplies so");
    }
};

} // namespace octet::engine::OCTET_ISA
